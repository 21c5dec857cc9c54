/**
 * Another tracker's state as it comes in, and what is made of it: the base of a new incarnation of this tracker, which
 * has all that the other one had, and proposes anew what this one had besides.
 */
import {
  type EncodedOperation,
  encodeOperation,
  type Operation,
  type Stamp,
  type SyncMessage,
  type Vector,
} from '@p2p/protocol';
import { HybridClock } from '../order.js';
import { isForgotten, outcomeOf } from '../outcomes.js';
import { decodeRows, StateLoader } from '../rows.js';
import type { State } from '../state.js';
import type { Entry } from '../timeline.js';
import type { ReplicaBase } from './interface.js';
import { ownRequestId } from './ledger.js';
import { covers, type GrowingVector, seqIn } from './vectors.js';

type End = Extract<SyncMessage, { type: 'snapshot_end' }>;

/** Who takes the state over. */
export interface Successor {
  readonly slot: number;
  readonly incarnation: ReplicaBase['incarnation'];
  readonly former: ReplicaBase['incarnation'];
  /** All that the former incarnation held and had not folded, in order. */
  readonly unfolded: Iterable<Entry>;
  /** What it had folded, and what it had in all. */
  readonly folded: Vector;
  readonly have: Vector;
  /** Whether it is, as far as it knows, the one that has its slot, and part of the cluster's history. */
  readonly inGoodStanding: boolean;
  /** It may have acknowledged something that the giver had not got: what comes now sorts behind that as well. */
  readonly clock: Stamp;
  readonly now: number;
}

export type Takeover =
  | { readonly kind: 'base'; readonly base: ReplicaBase }
  /** All of it has come another way meanwhile. */
  | { readonly kind: 'needless' }
  /** It lacks something that is final here: these are two histories. */
  | { readonly kind: 'alien' };

export class SnapshotIntake {
  readonly #loader = new StateLoader();
  readonly #tail: EncodedOperation[] = [];

  /** False where these are no rows. */
  addRows(bytes: Uint8Array): boolean {
    const rows = decodeRows(bytes);
    if (rows !== undefined) this.#loader.add(rows);
    return rows !== undefined;
  }

  addOperations(operations: readonly EncodedOperation[]): void {
    for (const encoded of operations) this.#tail.push(encoded);
  }

  /** Replaces all that ever greeted from this slot, and answers all that asked for it, as far as the giver knew. */
  #helloFor(slot: number, state: State): Operation['body'] {
    const row = state.slots.get(slot);
    const replaces = new Set(row?.incarnations);
    const answers = new Set(row?.vacancies);
    for (const { operation } of this.#tail) {
      const { body, requestId, stamp } = operation;
      if (body.kind === 'hello' && body.slot === slot) replaces.add(stamp.incarnation);
      if (body.kind === 'vacate' && body.slot === slot) answers.add(requestId);
    }
    return { kind: 'hello', slot, replaces: [...replaces], answers: [...answers] };
  }

  /**
   * Whether the giver has an operation. Its number tells; but not that of an own one, since a tracker whose disk was
   * restored has numbered new operations like others that its copy lacked.
   */
  #isThere(state: State, have: Vector, former: ReplicaBase['incarnation']): (operation: Operation) => boolean {
    const behindRows = new Set(this.#tail.map(({ operation }) => stampText(operation.stamp)));
    return ({ stamp, seq, requestId }) => {
      if (seqIn(have, stamp.incarnation) < seq) return false;
      if (stamp.incarnation !== former || behindRows.has(stampText(stamp))) return true;
      return isForgotten(state, requestId) || outcomeOf(state, requestId)?.outcome.ok === true;
    };
  }

  /** All has come. */
  finish({ mark, clock }: End, successor: Successor): Takeover {
    const state = this.#loader.finish();
    const have: GrowingVector = { ...mark.vector };
    for (const { operation } of this.#tail) have[operation.stamp.incarnation] = operation.seq;
    if (successor.inGoodStanding && covers(successor.have, have)) return { kind: 'needless' };
    if (!covers(have, successor.folded)) return { kind: 'alien' };
    const own = new Proposals(successor, clock);
    own.greet(this.#helloFor(successor.slot, state));
    const isThere = this.#isThere(state, have, successor.former);
    for (const { operation, outcome } of successor.unfolded) {
      if (outcome.ok && !isOfSlots(operation) && !isThere(operation)) own.propose(operation);
    }
    const tail = [...this.#tail, ...own.made];
    return { kind: 'base', base: { incarnation: successor.incarnation, state, mark, tail } };
  }
}

/** What trackers say of each other is true once, and not to be said again by another one. */
function isOfSlots({ body: { kind } }: Operation): boolean {
  return kind === 'hello' || kind === 'vacate' || kind === 'retire';
}

function stampText({ time, count, incarnation }: Stamp): string {
  return `${time}.${count}.${incarnation}`;
}

type Proposal = Pick<Operation, 'requestId' | 'actor' | 'body'>;

/** The first operations of a new incarnation. Somebody may have been answered for each, so all are kept. */
class Proposals {
  readonly made: EncodedOperation[] = [];
  readonly #clock = new HybridClock();
  readonly #successor: Successor;

  constructor(successor: Successor, clock: Stamp) {
    this.#successor = successor;
    this.#clock.observe(clock);
    this.#clock.observe(successor.clock);
  }

  greet(body: Operation['body']): void {
    const stamp = this.#nextStamp();
    this.#make({ requestId: ownRequestId(stamp), actor: null, body }, stamp);
  }

  propose(operation: Proposal): void {
    this.#make(operation, this.#nextStamp());
  }

  #nextStamp(): Stamp {
    return this.#clock.next(this.#successor.now, this.#successor.incarnation);
  }

  #make({ requestId, actor, body }: Proposal, stamp: Stamp): void {
    this.made.push(encodeOperation({ stamp, seq: this.made.length + 1, requestId, mode: 'keep', actor, body }));
  }
}
