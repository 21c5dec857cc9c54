/**
 * All that one tracker holds: its operations in the order in which they came (that of its journal, and of what it
 * sends), and in the one order of all (to know what they come to); how far they are flushed; and the clock that places
 * the next one behind them.
 */
import {
  type EncodedOperation,
  encodeOperation,
  type IncarnationId,
  type Operation,
  type RequestId,
  type SyncInit,
  type Vector,
} from '@p2p/protocol';
import type { Sha256 } from '../digest.js';
import { compareOperations, HybridClock } from '../order.js';
import { SlidingList } from '../sliding-list.js';
import { type Entry, Timeline } from '../timeline.js';
import type { ReplicaBase } from './interface.js';
import { type GrowingVector, seqIn } from './vectors.js';

/** Where the next operation of this tracker goes. */
export type Place = Pick<Operation, 'stamp' | 'seq'>;

export type Received =
  /** What was new. */
  | { readonly ok: true; readonly fresh: readonly EncodedOperation[] }
  /** Nothing was taken: one is missing in between, or one belongs before what can't change any more. */
  | { readonly ok: false; readonly fault: 'gap' | 'settled' };

export class Ledger {
  readonly timeline: Timeline;
  readonly #incarnation: ReplicaBase['incarnation'];
  readonly #clock = new HybridClock();
  /** What is not folded, in the order in which it came. */
  readonly #arrivals = new SlidingList<EncodedOperation>();
  readonly #have: GrowingVector;
  /** When the last of each incarnation in {@link have} was made. */
  readonly #last: SyncInit['last'];
  readonly #flushed: GrowingVector;
  /** Position in the arrivals behind the last flushed one. */
  #flushedEnd: number;
  /** Arrivals that are yet to be put into the timeline. */
  #backlog: EncodedOperation[] = [];
  /** The first of the backlog in order: nothing before it will have to be taken back. */
  #earliest: Operation | undefined;
  readonly #persistedBefore: number;

  constructor({ incarnation, state, mark, tail }: ReplicaBase, sha256: Sha256) {
    this.#incarnation = incarnation;
    this.timeline = new Timeline(sha256, { state, mark });
    this.#have = { ...mark.vector };
    this.#last = { ...mark.last };
    if (mark.stamp !== null) this.#clock.observe(mark.stamp);
    for (const encoded of tail) this.#arrive(encoded);
    this.timeline.insert(tail);
    this.#flushed = { ...this.#have };
    this.#flushedEnd = this.#arrivals.end;
    this.#persistedBefore = this.#arrivals.end;
  }

  /** Highest seq held per incarnation. */
  get have(): Vector {
    return this.#have;
  }

  get last(): SyncInit['last'] {
    return this.#last;
  }

  /**
   * Whether somebody who holds own operations up to `seq`, the last made at `stamp`, holds other ones than this tracker:
   * then its disk was restored from an older copy, and it has used numbers again.
   */
  isDisowned(seq: number, stamp: SyncInit['last'][IncarnationId] | undefined): boolean {
    if (stamp === undefined) return false;
    for (const { operation } of this.#arrivals.from(this.#arrivals.start)) {
      if (operation.stamp.incarnation !== this.#incarnation || operation.seq !== seq) continue;
      return operation.stamp.time !== stamp.time || operation.stamp.count !== stamp.count;
    }
    return false;
  }

  /** Highest seq on the disk per incarnation. */
  get flushed(): Vector {
    return this.#flushed;
  }

  /** Position in the arrivals behind the last flushed one. */
  get flushedEnd(): number {
    return this.#flushedEnd;
  }

  /** Position of the oldest arrival that is remembered, and the one behind the newest. */
  get arrivalsStart(): number {
    return this.#arrivals.start;
  }

  get arrivalsEnd(): number {
    return this.#arrivals.end;
  }

  /** Operations that this replica has handed over to be persisted. */
  get persisted(): number {
    return this.#arrivals.end - this.#persistedBefore;
  }

  /** Whether what has arrived is yet to be put in its place. */
  get hasBacklog(): boolean {
    return this.#backlog.length > 0;
  }

  arrivalAt(position: number): EncodedOperation | undefined {
    return this.#arrivals.at(position);
  }

  /** The first `upTo` of the operations that were handed over are on the disk. */
  flush(upTo: number): void {
    const end = this.#persistedBefore + upTo;
    for (; this.#flushedEnd < end; this.#flushedEnd++) {
      const arrival = this.#arrivals.at(this.#flushedEnd);
      if (arrival === undefined) throw new Error('flushed what was never persisted');
      this.#flushed[arrival.operation.stamp.incarnation] = arrival.operation.seq;
    }
  }

  /** A stamp that is not before anything held. */
  get clock(): Operation['stamp'] {
    return this.#clock.reading(this.#incarnation);
  }

  /** A stamp behind everything held. */
  nextPlace(now: number): Place {
    return { stamp: this.#clock.next(now, this.#incarnation), seq: seqIn(this.#have, this.#incarnation) + 1 };
  }

  /** Appends an operation of this tracker, made for the place that {@link nextPlace} gave last. */
  append(operation: Operation): EncodedOperation {
    const encoded = encodeOperation(operation);
    this.#arrive(encoded);
    this.timeline.insert([encoded]);
    return encoded;
  }

  /** Takes operations of others: they count as held, and {@link merge} puts them in their places. Skips known ones. */
  receive(operations: readonly EncodedOperation[]): Received {
    const highest: GrowingVector = {};
    const fresh: EncodedOperation[] = [];
    for (const encoded of operations) {
      const { stamp, seq } = encoded.operation;
      const last = highest[stamp.incarnation] ?? seqIn(this.#have, stamp.incarnation);
      if (seq <= last) continue;
      if (seq > last + 1) return { ok: false, fault: 'gap' };
      if (this.timeline.isSettled(stamp)) return { ok: false, fault: 'settled' };
      highest[stamp.incarnation] = seq;
      fresh.push(encoded);
    }
    for (const encoded of fresh) {
      const { operation } = encoded;
      this.#arrive(encoded);
      this.#backlog.push(encoded);
      if (this.#earliest === undefined || compareOperations(operation, this.#earliest) < 0) this.#earliest = operation;
    }
    return { ok: true, fresh };
  }

  /**
   * Puts what was received in its place of the order. While `moreIsComing` it waits where that would take back more
   * than it adds: so a long backlog costs what it is long, however it is spread. Returns what was applied.
   */
  merge(moreIsComing = false): Entry[] {
    if (this.#backlog.length === 0) return [];
    if (moreIsComing && this.#earliest !== undefined) {
      if (this.timeline.displacedBy(this.#earliest) > this.#backlog.length) return [];
    }
    const backlog = this.#backlog;
    this.#backlog = [];
    this.#earliest = undefined;
    return this.timeline.insert(backlog);
  }

  /** Forgets arrivals that are folded, as far as no link has to read them: those from `position` on are kept. */
  forgetFolded(position: number): void {
    const { vector } = this.timeline.mark;
    let start = this.#arrivals.start;
    for (; start < Math.min(position, this.#flushedEnd); start++) {
      const { stamp, seq } = (this.#arrivals.at(start) as EncodedOperation).operation;
      if (seqIn(vector, stamp.incarnation) < seq) break;
    }
    this.#arrivals.forgetBefore(start);
  }

  #arrive(encoded: EncodedOperation): void {
    const { stamp, seq } = encoded.operation;
    this.#clock.observe(stamp);
    this.#have[stamp.incarnation] = seq;
    this.#last[stamp.incarnation] = { time: stamp.time, count: stamp.count };
    this.#arrivals.push(encoded);
  }
}

/**
 * The request that a tracker carries out when it says something that no client has asked for: of its own making, named by its incarnation
 * and its stamp. No device has such an id, since hardly any hash begins with so many zeros.
 */
export function ownRequestId({ time, count, incarnation }: Operation['stamp']): RequestId {
  const name = incarnation.replace('.', '').padStart(64, '0');
  return `${name}.${time * 1_000 + (count % 1_000)}` as RequestId;
}
