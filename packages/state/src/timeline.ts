/**
 * All operations in their one order, and the state they make. An operation that arrives late is put in its place:
 * what comes after it is taken back, and replayed behind it. A batch is merged in one pass, however its operations are
 * spread, never one by one (which would be quadratic).
 */
import type { Operation, RequestId } from '@p2p/protocol';
import { applyOperation } from './apply/apply.js';
import type { Outcome } from './apply/outcome.js';
import { chainDigest, type Sha256, toHex, zeroDigest } from './digest.js';
import { compareOperations } from './order.js';
import { emptyState, type State } from './state.js';

/** Operations that remember how they are taken back. An earlier arrival than that replays from the start. */
const MAX_UNDO_OPERATIONS = 10_000;

interface Entry {
  readonly operation: Operation;
  readonly outcome: Outcome;
  /** Running digest of all operations up to this one. */
  readonly digest: Uint8Array;
  takeBack: (() => void) | undefined;
}

export class Timeline {
  #state = emptyState();
  #entries: Entry[] = [];
  /** The entry that answers a request, see {@link outranks}. */
  readonly #byRequest = new Map<RequestId, Entry>();
  readonly #sha256: Sha256;
  readonly #maxUndoOperations: number;

  constructor(sha256: Sha256, maxUndoOperations = MAX_UNDO_OPERATIONS) {
    this.#sha256 = sha256;
    this.#maxUndoOperations = maxUndoOperations;
  }

  /** The state after all operations. Read it, never keep it: the next {@link insert} may replace it. */
  get state(): State {
    return this.#state;
  }

  get length(): number {
    return this.#entries.length;
  }

  operations(): Operation[] {
    return this.#entries.map(({ operation }) => operation);
  }

  /** The operation that carries out a request, and what it has come to in the order as it is now. */
  find(request: RequestId): { readonly operation: Operation; readonly outcome: Outcome } | undefined {
    return this.#byRequest.get(request);
  }

  /** Puts operations, none of them known before, in their places of the order and brings the state up to date. */
  insert(operations: readonly Operation[]): void {
    const arriving = [...operations].sort(compareOperations);
    const [first] = arriving;
    if (first === undefined) return;
    const place = this.#placeOf(first);
    const later = this.#takeBackTo(place);
    for (const operation of merged(later, arriving)) this.#apply(operation);
  }

  /** Digest of the first `length` operations in order, 64 hex digits; of all of them by default. */
  digest(length = this.#entries.length): string {
    return toHex(this.#entries[length - 1]?.digest ?? zeroDigest);
  }

  /** Index at which `operation` belongs, searched from the end: most operations are the latest. */
  #placeOf(operation: Operation): number {
    let at = this.#entries.length;
    while (at > 0 && compareOperations((this.#entries[at - 1] as Entry).operation, operation) > 0) at -= 1;
    return at;
  }

  /** Undoes everything from index `place` on, latest first, and returns it in order. */
  #takeBackTo(place: number): Operation[] {
    if (place === this.#entries.length) return [];
    if (this.#entries[place]?.takeBack === undefined) return this.#startOver(place);
    const later = this.#entries.splice(place);
    for (let at = later.length - 1; at >= 0; at--) later[at]?.takeBack?.();
    return later.map(({ operation }) => operation);
  }

  /** The undo memory does not reach back to `place`: everything before it is replayed from the empty state. */
  #startOver(place: number): Operation[] {
    const all = this.operations();
    this.#state = emptyState();
    this.#entries = [];
    for (const operation of all.slice(0, place)) this.#apply(operation);
    return all.slice(place);
  }

  #apply(operation: Operation): void {
    let outcome: Outcome = { ok: true };
    const takeBack = this.#state.undo.record(() => {
      outcome = applyOperation(this.#state, operation);
    });
    // Made at once: a long list digested when somebody asks would stop everything else.
    const digest = chainDigest(this.#entries.at(-1)?.digest ?? zeroDigest, operation, this.#sha256);
    const entry: Entry = { operation, outcome, digest, takeBack };
    this.#entries.push(entry);
    const forgotten = this.#entries[this.#entries.length - 1 - this.#maxUndoOperations];
    if (forgotten !== undefined) forgotten.takeBack = undefined;
    const known = this.#byRequest.get(operation.requestId)?.operation;
    if (known === undefined || known === operation || outranks(operation, known)) {
      this.#byRequest.set(operation.requestId, entry);
    }
  }
}

/** Which of two operations of one request speaks for it, whatever order they arrived in: `keep`, else the later one. */
function outranks(operation: Operation, known: Operation): boolean {
  if (operation.mode !== known.mode) return operation.mode === 'keep';
  return compareOperations(operation, known) > 0;
}

/** Two sorted lists as one. */
function* merged(a: readonly Operation[], b: readonly Operation[]): Generator<Operation> {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (right === undefined || (left !== undefined && compareOperations(left, right) < 0)) {
      yield left as Operation;
      i += 1;
    } else {
      yield right;
      j += 1;
    }
  }
}
