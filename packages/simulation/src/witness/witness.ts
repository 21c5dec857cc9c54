/**
 * Sees everything that every tracker does, as none of them can, and holds it against the promises. What can be judged
 * at once is judged at once; the rest is written down for the final hearing (hearing.ts).
 */
import {
  type EncodedOperation,
  type FinalMark,
  type FoldMark,
  type IncarnationId,
  type Operation,
  type RequestId,
  type SyncRefuse,
  slotOf,
} from '@p2p/protocol';
import { brokenInvariants, type Replica, type ReplicaBase, type ReplicaEffect } from '@p2p/state';
import type { Answered } from '../tracker/surroundings.js';
import { nameOf } from './names.js';
import { Violation } from './violation.js';

/** A success that a client was told of. */
export interface Promised {
  readonly requestId: RequestId;
  readonly replicated: boolean;
  /** Whether an operation carries it out; otherwise nothing had to be changed. */
  readonly hasOperation: boolean;
  /** By whom. */
  readonly slot: number;
  /** The name that what it made had then. */
  readonly name: string | undefined;
}

export type Seqs = Map<IncarnationId, number>;

export interface Counts {
  operations: number;
  answeredTrue: number;
  answeredFalse: number;
  refused: number;
  rejoins: number;
  linkRefusals: number;
}

/** A step of a replica: where and when (virtual ms since the beginning), what went in, what came out. */
export type StepListener = (
  at: { readonly now: number; readonly slot: number },
  input: { readonly kind: string },
  effects: readonly ReplicaEffect[],
) => void;

export function noCounts(): Counts {
  return { operations: 0, answeredTrue: 0, answeredFalse: 0, refused: 0, rejoins: 0, linkRefusals: 0 };
}

export class Witness {
  readonly counts = noCounts();
  readonly promised: Promised[] = [];
  /** All that was ever flushed anywhere, by incarnation, then seq - 1. */
  readonly operations = new Map<IncarnationId, EncodedOperation[]>();
  readonly byRequest = new Map<RequestId, Operation[]>();
  /** What is on each slot's disk for certain. */
  readonly #onDisk = new Map<number, Seqs>();
  /** What ever was on a disk of this slot. */
  readonly #everOnDisk = new Map<number, Seqs>();
  /** Digest by count of final operations, with who said so first. */
  readonly marks = new Map<number, { readonly digest: Uint8Array; readonly slot: number }>();
  /** Up to where each slot has folded. */
  readonly folds = new Map<number, FoldMark>();
  readonly #answeredTickets = new Set<number>();
  readonly #finalCounts = new Map<number, number>();
  /** Requests that were told to be on too few disks, and all these were lost. */
  readonly excused = new Set<RequestId>();
  /** Whose disk was restored from a copy. */
  readonly restored = new Set<IncarnationId>();
  /** Set when final operations are lost: whoever restores all disks from old copies begins another history. */
  isLossy = false;
  /** Slots that were given up at some time: something may have become final without them. */
  readonly everRetired = new Set<number>();
  readonly refusals = new Map<SyncRefuse['reason'], number>();
  #looks = 0;

  onDisk(slot: number): Seqs {
    return entryOf(this.#onDisk, slot);
  }

  everOnDisk(slot: number): Seqs {
    return entryOf(this.#everOnDisk, slot);
  }

  /** A replica goes on from what is on the disk. */
  began(slot: number, base: ReplicaBase): void {
    const seqs: Seqs = new Map(Object.entries(base.mark.vector) as [IncarnationId, number][]);
    this.#onDisk.set(slot, seqs);
    this.#finalCounts.set(slot, base.mark.count);
    this.folds.set(slot, base.mark);
    this.marked(slot, base.mark);
    this.flushed(slot, base.tail);
    raise(this.everOnDisk(slot), seqs);
  }

  /** These operations are on the disk of this slot from now on. */
  flushed(slot: number, operations: readonly EncodedOperation[]): void {
    for (const encoded of operations) {
      const { stamp, seq } = encoded.operation;
      this.#register(slot, encoded);
      this.onDisk(slot).set(stamp.incarnation, seq);
      raiseTo(this.everOnDisk(slot), stamp.incarnation, seq);
    }
  }

  lostDisk(slot: number): void {
    this.#onDisk.set(slot, new Map());
  }

  folded(slot: number, mark: FoldMark): void {
    this.folds.set(slot, mark);
    this.marked(slot, mark);
  }

  rejoined(): void {
    this.counts.rejoins += 1;
  }

  refused({ refusal: { reason } }: { readonly refusal: Pick<SyncRefuse, 'reason'> }): void {
    this.counts.linkRefusals += 1;
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
  }

  /** These were applied in one go: each of them once, however they were spread. */
  changed(slot: number, operations: readonly Operation[]): void {
    if (new Set(operations).size === operations.length) return;
    throw new Violation('merged one by one', `tracker ${slot} has applied an operation several times in one step`);
  }

  /** To be called after every step of a replica. */
  looked(slot: number, replica: Replica, linked: ReadonlySet<number>): void {
    const { finalMark } = replica;
    const before = this.#finalCounts.get(slot) ?? 0;
    if (finalMark.count < before) {
      throw new Violation('final count went back', `tracker ${slot}: ${before} before, ${finalMark.count} now`);
    }
    this.#finalCounts.set(slot, finalMark.count);
    if (finalMark.count !== before) this.marked(slot, finalMark);
    const told = [...linked].sort().join();
    const actual = [...replica.linkedSlots].sort().join();
    if (told !== actual) {
      throw new Violation('told of other links', `tracker ${slot} was told of [${told}], but has [${actual}]`);
    }
    this.#looks += 1;
    // Costs a pass over the state; what is broken stays broken for a while.
    if (this.#looks % 16 === 0) this.checkInvariants(slot, replica);
  }

  checkInvariants(slot: number, { state }: Replica): void {
    const broken = brokenInvariants(state);
    if (broken.length > 0) throw new Violation('invariants', `at tracker ${slot}: ${broken.join('; ')}`);
  }

  /** This many operations are final, in this slot's opinion, and this is their running digest. */
  marked(slot: number, { count, digest }: FinalMark): void {
    const known = this.marks.get(count);
    if (known === undefined) this.marks.set(count, { digest, slot });
    else if (!this.isLossy && !isSame(known.digest, digest)) {
      throw new Violation('digests differ', `trackers ${known.slot} and ${slot} at ${count} final operations`);
    }
  }

  answered({ slot, replica, ticket, waited, answer }: Answered): void {
    if (this.#answeredTickets.has(ticket)) throw new Violation('answered twice', `ticket ${ticket}`);
    this.#answeredTickets.add(ticket);
    if (waited === undefined) throw new Violation('answer without a request', `ticket ${ticket} at tracker ${slot}`);
    if (waited.kind === 'operate') return;
    if (!answer.ok) {
      this.counts.refused += 1;
      return;
    }
    const { requestId } = waited;
    const { done, replicated } = answer;
    this.counts[replicated ? 'answeredTrue' : 'answeredFalse'] += 1;
    const name = done === undefined ? undefined : nameOf(replica.state, requestId);
    this.promised.push({ requestId, replicated, hasOperation: done !== undefined, slot, name });
    if (done !== undefined && !this.isLossy) this.#checkHeld(requestId, { slot, replica, replicated });
  }

  /** Whether a disk holds an operation of this request. */
  isOnDisk(requestId: RequestId, seqs: ReadonlyMap<IncarnationId, number>): boolean {
    const operations = this.byRequest.get(requestId) ?? [];
    return operations.some(({ stamp: { incarnation }, seq }) => (seqs.get(incarnation) ?? 0) >= seq);
  }

  #checkHeld(requestId: RequestId, by: { slot: number; replica: Replica; replicated: boolean }): void {
    const { slot, replica, replicated } = by;
    if (!this.isOnDisk(requestId, this.onDisk(slot))) {
      throw new Violation('false too early', `${requestId}: not on the disk of tracker ${slot}, which answered`);
    }
    for (const each of replicated ? this.#onDisk.keys() : replica.linkedSlots) {
      if (replica.state.slots.get(each)?.retired || this.isOnDisk(requestId, this.everOnDisk(each))) continue;
      throw new Violation(
        replicated ? 'true too early' : 'false too early',
        `${requestId}: answered by tracker ${slot}, but never on the disk of tracker ${each}`,
      );
    }
  }

  #list(operation: Operation): void {
    const listed = this.byRequest.get(operation.requestId);
    if (listed === undefined) this.byRequest.set(operation.requestId, [operation]);
    else listed.push(operation);
  }

  #register(slot: number, encoded: EncodedOperation): void {
    const { stamp, seq } = encoded.operation;
    const own = this.operations.get(stamp.incarnation) ?? [];
    this.operations.set(stamp.incarnation, own);
    const known = own[seq - 1];
    if (known === undefined) {
      if (own.length !== seq - 1) throw new Violation('seq used twice', `${stamp.incarnation}/${seq} leaves a gap`);
      own.push(encoded);
      this.counts.operations += 1;
      if (encoded.operation.body.kind === 'retire') this.everRetired.add(encoded.operation.body.slot);
      this.#list(encoded.operation);
    } else if (!this.isLossy && !isSame(known.bytes, encoded.bytes)) {
      const maker = slotOf(stamp.incarnation);
      // Nobody has told it yet that its disk was restored: it will have to begin anew before it says this to anybody.
      if (maker === slot && this.restored.has(stamp.incarnation)) return this.#list(encoded.operation);
      throw new Violation('seq used twice', `${stamp.incarnation}/${seq} of tracker ${maker} is another at ${slot}`);
    }
  }
}

function entryOf<K>(map: Map<K, Seqs>, key: K): Seqs {
  const seqs = map.get(key) ?? new Map();
  map.set(key, seqs);
  return seqs;
}

function raiseTo(seqs: Seqs, incarnation: IncarnationId, seq: number): void {
  if ((seqs.get(incarnation) ?? 0) < seq) seqs.set(incarnation, seq);
}

function raise(seqs: Seqs, other: ReadonlyMap<IncarnationId, number>): void {
  for (const [incarnation, seq] of other) raiseTo(seqs, incarnation, seq);
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
