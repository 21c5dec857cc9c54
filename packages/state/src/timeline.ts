/**
 * All operations in their one order, and the state they make. It has three parts: what is **folded** is only rows any
 * more; behind it lie the operations that are **final** and those that are **tentative**. A tentative operation may be
 * taken back, since one that arrives late is put in its place: what comes after it is taken back, and replayed behind
 * it. A batch is merged in one pass, never one by one (which would be quadratic).
 */
import {
  compareStamps,
  type EncodedOperation,
  type FinalMark,
  type FoldMark,
  type Operation,
  type RequestId,
  type Stamp,
} from '@p2p/protocol';
import { applyOperation } from './apply/apply.js';
import type { Outcome } from './apply/outcome.js';
import { FoldedRows } from './checkpoint.js';
import { chainDigest, type Sha256, zeroDigest } from './digest.js';
import { compareOperations } from './order.js';
import { forgetOutcomes, outcomeOf } from './outcomes.js';
import { RecentDigests } from './recent-digests.js';
import type { Checkpoint } from './replica/interface.js';
import { changesOf, type RowChange } from './rows.js';
import { SlidingList } from './sliding-list.js';
import { emptyState, type RequestRecord, type State } from './state.js';
import { takeBack, type Write } from './table.js';

export interface Entry extends EncodedOperation {
  /** What the operation comes to, in the order as it is now. */
  readonly outcome: Outcome;
  /** What takes it back, and what is folded of it. */
  readonly writes: readonly Write[];
  /** Running digest up to this operation; set when it has become final. */
  digest: Uint8Array | undefined;
}

/** Nothing folded. */
export const emptyMark: FoldMark = { count: 0, digest: zeroDigest, stamp: null, vector: {}, last: {} };

export class Timeline {
  readonly state: State;
  readonly #sha256: Sha256;
  readonly #recent = new RecentDigests();
  readonly #checkpoints = new Set<FoldedRows>();
  /** What is not folded, in order. */
  readonly #entries = new SlidingList<Entry>();
  readonly #byRequest = new Map<RequestId, Entry[]>();
  #mark: FoldMark;
  /** Position behind the last final entry. */
  #finalEnd = 0;
  #final: FinalMark & { readonly stamp: Stamp | null };

  /** Goes on from a folded state, which it takes over. */
  constructor(sha256: Sha256, base: { readonly state: State; readonly mark: FoldMark } = emptyBase()) {
    this.#sha256 = sha256;
    this.state = base.state;
    this.#mark = base.mark;
    this.#final = base.mark;
    this.#recent.remember(base.mark);
  }

  /** Up to where operations are folded. */
  get mark(): FoldMark {
    return this.#mark;
  }

  /** Up to where operations are final, folded or not. */
  get final(): FinalMark {
    return this.#final;
  }

  /** Stamp of the last final operation; null where none is. */
  get finalStamp(): Stamp | null {
    return this.#final.stamp;
  }

  /** Stamp of the very last operation; null where there is none. */
  get lastStamp(): Stamp | null {
    return this.#entries.at(this.#entries.end - 1)?.operation.stamp ?? this.#final.stamp;
  }

  /** All operations ever put in, folded ones included. */
  get length(): number {
    return this.#mark.count + this.#entries.length;
  }

  /** Final operations that {@link fold} would take; none while a checkpoint is being made. */
  get foldable(): number {
    return this.#checkpoints.size > 0 ? 0 : this.#finalEnd - this.#entries.start;
  }

  /** Operations that are not folded, in order. */
  unfolded(): Generator<Entry> {
    return this.#entries.from(this.#entries.start);
  }

  tentative(): Generator<Entry> {
    return this.#entries.from(this.#finalEnd);
  }

  /** Whether the order up to this stamp can't change any more. */
  isSettled(stamp: Stamp): boolean {
    return this.#final.stamp !== null && compareStamps(stamp, this.#final.stamp) <= 0;
  }

  /** The running digest over this many final operations, while it is remembered. */
  digestAt(count: number): Uint8Array | undefined {
    return this.#recent.at(count);
  }

  /** What a request has come to, in the order as it is now. */
  recordOf(request: RequestId): RequestRecord | undefined {
    return outcomeOf(this.state, request);
  }

  /** The operations of a request that are not folded. */
  entriesOf(request: RequestId): readonly Entry[] {
    return this.#byRequest.get(request) ?? [];
  }

  /** How many entries would have to be taken back to put this operation in its place. */
  displacedBy(operation: Operation): number {
    return this.#entries.end - this.#placeOf(operation);
  }

  /**
   * Puts operations, none of them known before nor {@link isSettled}, in their places, and brings the state up to date.
   * Returns all that was applied, for the first time or again.
   */
  insert(operations: readonly EncodedOperation[]): Entry[] {
    const arriving = [...operations].sort((a, b) => compareOperations(a.operation, b.operation));
    const [first] = arriving;
    if (first === undefined) return [];
    const place = this.#placeOf(first.operation);
    if (place < this.#finalEnd) throw new Error('an operation was put before a final one');
    const later = this.#takeBackFrom(place);
    return [...merged(later, arriving)].map((encoded) => this.#apply(encoded));
  }

  /** Takes the next tentative operations, at most `limit`, as final for as long as `isHeldByAll` says so. */
  settle(isHeldByAll: (operation: Operation) => boolean, limit: number): Entry[] {
    const settled: Entry[] = [];
    while (settled.length < limit) {
      const entry = this.#entries.at(this.#finalEnd);
      if (entry === undefined || !isHeldByAll(entry.operation)) break;
      const digest = chainDigest(this.#final.digest, entry.bytes, this.#sha256);
      entry.digest = digest;
      this.#final = { count: this.#final.count + 1, digest, stamp: entry.operation.stamp };
      this.#recent.remember(this.#final);
      this.#finalEnd += 1;
      settled.push(entry);
    }
    return settled;
  }

  /** Folds the next final operations, at most `limit`: what they have changed, and up to where the rows then stand. */
  fold(limit: number): { readonly rows: RowChange[]; readonly mark: FoldMark } {
    const rows: RowChange[] = [];
    const vector = { ...this.#mark.vector };
    const last = { ...this.#mark.last };
    let { count, digest, stamp } = this.#mark;
    const end = this.#entries.start + Math.min(limit, this.foldable);
    for (let at = this.#entries.start; at < end; at++) {
      const entry = this.#entries.at(at) as Entry;
      stamp = entry.operation.stamp;
      digest = entry.digest as Uint8Array;
      vector[stamp.incarnation] = entry.operation.seq;
      last[stamp.incarnation] = { time: stamp.time, count: stamp.count };
      count += 1;
      for (const change of changesOf(entry.writes)) rows.push(change);
      for (const change of changesOf(this.#forget(entry))) rows.push(change);
    }
    this.#entries.forgetBefore(end);
    this.#mark = { count, digest, stamp, vector, last };
    return { rows, mark: this.#mark };
  }

  /** The folded state in slices. Nothing is folded before it has ended. */
  checkpoint(): Checkpoint {
    const rows = new FoldedRows(this.state, this.#mark, () => this.#checkpoints.delete(rows));
    for (const { writes } of this.unfolded()) rows.note(writes);
    this.#checkpoints.add(rows);
    return rows;
  }

  /** The entry is being folded: what of its request, and of older ones, nobody will ask for again. */
  #forget(entry: Entry): readonly Write[] {
    const { requestId } = entry.operation;
    this.#unlist(entry);
    return this.state.log.record(() =>
      forgetOutcomes(this.state, requestId, (request) => this.#byRequest.has(request)),
    );
  }

  /** Position at which `operation` belongs, by bisection; most operations are the latest. */
  #placeOf(operation: Operation): number {
    const isBefore = (at: number) => compareOperations((this.#entries.at(at) as Entry).operation, operation) < 0;
    let [low, high] = [this.#entries.start, this.#entries.end];
    if (low === high || isBefore(high - 1)) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Undoes everything from a position on, latest first, and returns it in order. */
  #takeBackFrom(place: number): Entry[] {
    const later = this.#entries.cutFrom(place);
    for (let at = later.length - 1; at >= 0; at--) {
      takeBack((later[at] as Entry).writes);
      this.#unlist(later[at] as Entry);
    }
    return later;
  }

  #apply({ operation, bytes }: EncodedOperation): Entry {
    let outcome: Outcome = { ok: true };
    const writes = this.state.log.record(() => {
      outcome = applyOperation(this.state, operation);
    });
    const entry: Entry = { operation, bytes, outcome, writes, digest: undefined };
    this.#entries.push(entry);
    const listed = this.#byRequest.get(operation.requestId);
    if (listed === undefined) this.#byRequest.set(operation.requestId, [entry]);
    else listed.push(entry);
    for (const checkpoint of this.#checkpoints) checkpoint.note(writes);
    return entry;
  }

  #unlist(entry: Entry): void {
    const { requestId } = entry.operation;
    const left = this.entriesOf(requestId).filter((listed) => listed !== entry);
    if (left.length === 0) this.#byRequest.delete(requestId);
    else this.#byRequest.set(requestId, left);
  }
}

function emptyBase() {
  return { state: emptyState(), mark: emptyMark };
}

/** Two sorted lists as one. */
function* merged(a: readonly EncodedOperation[], b: readonly EncodedOperation[]): Generator<EncodedOperation> {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (right === undefined || (left !== undefined && compareOperations(left.operation, right.operation) < 0)) {
      yield left as EncodedOperation;
      i += 1;
    } else {
      yield right;
      j += 1;
    }
  }
}
