/**
 * One tracker's history in a test: operations that arrive in some order, are flushed, become final and are folded, as a
 * replica would have it. Knows what a disk has to give back.
 */
import type { EncodedOperation, IncarnationId, Operation } from '@p2p/protocol';
import { encodeOperation } from '@p2p/protocol';
import { expect } from 'vitest';
import { stateDigest, toHex } from '../../src/digest.js';
import { compareOperations } from '../../src/order.js';
import type { ReplicaBase } from '../../src/replica/interface.js';
import { Timeline } from '../../src/timeline.js';
import { sha256 } from '../world.js';

export class KeptHistory {
  readonly incarnation: IncarnationId;
  /** In the order in which they arrive. */
  readonly arrivals: readonly EncodedOperation[];
  timeline: Timeline;
  readonly base: ReplicaBase;
  /** Of the arrivals. */
  appended: number;
  flushed: number;
  /** By their stamps. */
  readonly inOrder: readonly EncodedOperation[];

  /** The first `folded` operations are part of its base, the next `tail` ones wait in it. */
  constructor(incarnation: IncarnationId, operations: readonly Operation[], [folded, tail] = [0, 0]) {
    this.incarnation = incarnation;
    this.inOrder = operations.map(encodeOperation);
    this.arrivals = [...this.inOrder.slice(0, folded), ...arrivalOrder(this.inOrder.slice(folded))];
    this.timeline = new Timeline(sha256, baseOf(this.inOrder.slice(0, folded)));
    this.appended = Math.min(folded, this.arrivals.length);
    const { mark } = this.timeline;
    const waiting = this.arrivals.slice(folded, folded + tail);
    const { state } = baseOf(this.inOrder.slice(0, folded));
    this.base = { incarnation, state, mark, tail: waiting };
    this.append(waiting.length);
    this.flushed = this.appended;
  }

  /** Goes on with what came back: what was folded in memory alone is to be folded again. */
  resume({ state, mark, tail }: ReplicaBase): void {
    this.timeline = new Timeline(sha256, { state, mark });
    this.timeline.insert(tail);
  }

  append(count: number): EncodedOperation[] {
    const next = this.arrivals.slice(this.appended, this.appended + count);
    this.timeline.insert(next);
    this.appended += next.length;
    return next;
  }

  /** Rows and mark of the next final operations; undefined where none is. */
  fold(limit: number): ReturnType<Timeline['fold']> | undefined {
    const flushed = new Set(this.arrivals.slice(0, this.flushed));
    const firstLacking = this.inOrder.find((encoded) => !flushed.has(encoded))?.operation;
    const isFinal = (operation: Operation) =>
      firstLacking === undefined || compareOperations(operation, firstLacking) < 0;
    this.timeline.settle(isFinal, limit);
    return this.timeline.foldable === 0 ? undefined : this.timeline.fold(limit);
  }

  /** What came back has to be what was flushed, and perhaps some more of what arrived next. */
  expectToBe(base: ReplicaBase): void {
    expect(base.incarnation).toBe(this.incarnation);
    const kept = base.mark.count + base.tail.length;
    expect(kept).toBeGreaterThanOrEqual(this.flushed);
    expect(kept).toBeLessThanOrEqual(this.appended);
    const arrived = this.arrivals.slice(0, kept);
    const folded = arrived.filter(({ operation: { stamp, seq } }) => seq <= (base.mark.vector[stamp.incarnation] ?? 0));
    expect(folded).toHaveLength(base.mark.count);
    expect(base.tail.map(fingerprint)).toEqual(arrived.filter((one) => !folded.includes(one)).map(fingerprint));
    const expected = baseOf(folded);
    expect(toHex(base.mark.digest)).toBe(toHex(expected.mark.digest));
    expect(stateDigest(base.state, sha256)).toBe(stateDigest(expected.state, sha256));
    expect(derivedIn(base)).toEqual(derivedIn(expected));
  }
}

function fingerprint({ bytes }: EncodedOperation): string {
  return toHex(bytes);
}

/** Tables that are derived when rows are read back. */
function derivedIn({ state }: Pick<ReplicaBase, 'state'>): unknown {
  const { userNames, userSessions, groupNames, fileNames } = state;
  return [userNames, userSessions, groupNames, fileNames].map((table) => [...table.entries()].sort());
}

/** The folded state of these operations, all of them final. */
function baseOf(operations: readonly EncodedOperation[]): Pick<ReplicaBase, 'state' | 'mark'> {
  const timeline = new Timeline(sha256);
  timeline.insert(operations);
  timeline.settle(() => true, operations.length);
  const { mark } = timeline.fold(operations.length);
  return { state: timeline.state, mark };
}

/** Each incarnation's in its order, but one now and then held up by some. */
function arrivalOrder(operations: readonly EncodedOperation[]): EncodedOperation[] {
  const lateness = (operation: Operation, index: number) =>
    index + (operation.stamp.incarnation.startsWith('2') ? 3 : 0);
  return operations
    .map((encoded, index) => ({ encoded, due: lateness(encoded.operation, index) }))
    .sort((a, b) => a.due - b.due)
    .map(({ encoded }) => encoded);
}
