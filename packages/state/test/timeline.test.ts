/** The timeline against its obviously right twin: all operations sorted, applied once, in a loop. */
import type { Operation, RequestId } from '@p2p/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chainDigest, toHex, zeroDigest } from '../src/digest.js';
import { applyOperation, compareOperations, emptyState, type Outcome, stateDigest, Timeline } from '../src/index.js';
import { operationLists } from './arbitrary-operations.js';
import { Device, sha256, World } from './world.js';

/** What a timeline should have come to. */
function twinOf(operations: readonly Operation[]) {
  const state = emptyState();
  let digest = zeroDigest;
  const found = new Map<RequestId, { operation: Operation; outcome: Outcome }>();
  for (const operation of [...operations].sort(compareOperations)) {
    const outcome = applyOperation(state, operation);
    digest = chainDigest(digest, operation, sha256);
    const known = found.get(operation.requestId)?.operation;
    if (known?.mode !== 'keep' || operation.mode === 'keep') found.set(operation.requestId, { operation, outcome });
  }
  return { state: stateDigest(state, sha256), digest: toHex(digest), found };
}

function summaryOf(timeline: Timeline, requests: Iterable<RequestId>) {
  const found = new Map<RequestId, { operation: Operation; outcome: Outcome }>();
  for (const request of requests) {
    const entry = timeline.find(request);
    if (entry !== undefined) found.set(request, { operation: entry.operation, outcome: entry.outcome });
  }
  return { state: stateDigest(timeline.state, sha256), digest: timeline.digest(), found };
}

/** Operations in an order of arrival, cut into batches. */
const arrivals = operationLists(70).chain((operations) =>
  fc.record({
    operations: fc.constant(operations),
    arrival: fc.shuffledSubarray(operations, { minLength: operations.length }),
    batches: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 }),
  }),
);

function insertInBatches(timeline: Timeline, arrival: readonly Operation[], batches: readonly number[]): void {
  let at = 0;
  for (const size of batches) {
    timeline.insert(arrival.slice(at, at + size));
    // Digests that were asked for in between must not outlive a change of the order.
    timeline.digest();
    at += size;
  }
  timeline.insert(arrival.slice(at));
}

describe('in any order of arrival and any batches it comes to what its twin does', () => {
  test.each([undefined, 0, 1, 5, 20])('with undo memory for %s operations', (maxUndoOperations) => {
    fc.assert(
      fc.property(arrivals, ({ operations, arrival, batches }) => {
        const timeline = new Timeline(sha256, maxUndoOperations);
        insertInBatches(timeline, arrival, batches);
        const expected = twinOf(operations);
        expect(timeline.operations()).toEqual(operations);
        expect(timeline).toHaveLength(operations.length);
        expect(summaryOf(timeline, expected.found.keys())).toEqual(expected);
      }),
      { numRuns: 120 },
    );
  });
});

test('the digest of a part is the digest that was the whole', () => {
  fc.assert(
    fc.property(operationLists(30), (operations) => {
      const timeline = new Timeline(sha256);
      const digests = operations.map((operation) => {
        timeline.insert([operation]);
        return timeline.digest();
      });
      expect(operations.map((_, at) => timeline.digest(at + 1))).toEqual(digests);
      expect(timeline.digest(0)).toBe('0'.repeat(64));
    }),
    { numRuns: 50 },
  );
});

describe('a request', () => {
  const requested = () => {
    const world = new World();
    const refused = world.judge(new Device('late'), { type: 'create_user', user: 'alice', credential: 'late' });
    world.user('alice');
    if (!('stamp' in refused)) throw new Error('there was no alice yet');
    const last = world.operations.at(-1) as Operation;
    const at = (count: number) => ({ ...last.stamp, time: last.stamp.time + count });
    const rejecting: Operation = { ...refused, stamp: at(1) };
    const keeping: Operation = { ...refused, stamp: at(2), mode: 'keep' };
    return { world, rejecting, keeping };
  };

  test('that nobody made is not found', () => {
    const timeline = new Timeline(sha256);
    expect(timeline.find(requested().rejecting.requestId)).toBeUndefined();
  });

  test('is answered by the operation that keeps it, whichever came first', () => {
    const { world, rejecting, keeping } = requested();
    for (const arrival of [
      [rejecting, keeping],
      [keeping, rejecting],
    ]) {
      const timeline = new Timeline(sha256);
      timeline.insert(world.operations);
      for (const operation of arrival) timeline.insert([operation]);
      expect(timeline.find(rejecting.requestId)).toMatchObject({ operation: keeping, outcome: { ok: true } });
    }
  });

  test('comes to something else when an earlier operation arrives', () => {
    const { world, rejecting } = requested();
    const timeline = new Timeline(sha256);
    timeline.insert([rejecting]);
    expect(timeline.find(rejecting.requestId)?.outcome).toEqual({ ok: true });
    timeline.insert(world.operations);
    expect(timeline.find(rejecting.requestId)?.outcome).toEqual({ ok: false, code: 'already_exists' });
  });
});
