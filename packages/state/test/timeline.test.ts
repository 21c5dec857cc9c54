/** The timeline against its obviously right twin: all operations sorted, applied once, in a loop. */
import { type EncodedOperation, encodeOperation, type Operation, type RequestId } from '@p2p/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chainDigest, toHex, zeroDigest } from '../src/digest.js';
import { applyOperation, compareOperations, emptyState, type Outcome, stateDigest, Timeline } from '../src/index.js';
import { operationLists } from './arbitrary-operations.js';
import { Device, sha256, World } from './world.js';

const encoded = (operations: readonly Operation[]): EncodedOperation[] => operations.map(encodeOperation);
const always = () => true;

/** What a timeline should have come to. */
function twinOf(operations: readonly Operation[]) {
  const state = emptyState();
  let digest = zeroDigest;
  const outcomes: Outcome[] = [];
  for (const { operation, bytes } of encoded([...operations].sort(compareOperations))) {
    outcomes.push(applyOperation(state, operation));
    digest = chainDigest(digest, bytes, sha256);
  }
  return { state: stateDigest(state, sha256), digest: toHex(digest), outcomes };
}

/** Settles all of it. */
function summaryOf(timeline: Timeline) {
  const outcomes = [...timeline.unfolded()].map(({ outcome }) => outcome);
  timeline.settle(always, Number.POSITIVE_INFINITY);
  return { state: stateDigest(timeline.state, sha256), digest: toHex(timeline.final.digest), outcomes };
}

/** Operations in their order, and an order and batches in which they arrive. */
const arrivals = operationLists(60).chain((operations) =>
  fc.record({
    operations: fc.constant(operations),
    arrival: fc.shuffledSubarray(operations, { minLength: operations.length }),
    batches: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 }),
  }),
);

function insertInBatches(timeline: Timeline, arrival: readonly Operation[], batches: readonly number[]): void {
  let at = 0;
  for (const size of batches) {
    timeline.insert(encoded(arrival.slice(at, at + size)));
    at += size;
  }
  timeline.insert(encoded(arrival.slice(at)));
}

describe('in any order of arrival', () => {
  test('and any batches it comes to what its twin does', () => {
    fc.assert(
      fc.property(arrivals, ({ operations, arrival, batches }) => {
        const timeline = new Timeline(sha256);
        insertInBatches(timeline, arrival, batches);
        expect([...timeline.unfolded()].map(({ operation }) => operation)).toEqual(operations);
        expect(timeline).toHaveLength(operations.length);
        expect(summaryOf(timeline)).toEqual(twinOf(operations));
      }),
      { numRuns: 120 },
    );
  });

  test('one pass is what one by one comes to', () => {
    fc.assert(
      fc.property(arrivals, ({ arrival }) => {
        const [atOnce, oneByOne] = [new Timeline(sha256), new Timeline(sha256)];
        atOnce.insert(encoded(arrival));
        for (const operation of arrival) oneByOne.insert(encoded([operation]));
        expect(summaryOf(atOnce)).toEqual(summaryOf(oneByOne));
      }),
      { numRuns: 60 },
    );
  });

  test('it returns what was applied: the first that arrived, and everything behind it', () => {
    fc.assert(
      fc.property(arrivals, ({ operations, arrival }) => {
        const half = arrival.length >> 1;
        const timeline = new Timeline(sha256);
        timeline.insert(encoded(arrival.slice(0, half)));
        const later = arrival.slice(half);
        const applied = timeline.insert(encoded(later)).map(({ operation }) => operation);
        const first = Math.min(...later.map((operation) => operations.indexOf(operation)));
        expect(applied).toEqual(later.length === 0 ? [] : operations.slice(first));
      }),
      { numRuns: 100 },
    );
  });
});

describe('final operations', () => {
  test('are the longest beginning that all hold, with the digest over their bytes', () => {
    fc.assert(
      fc.property(operationLists(40), fc.nat(), (operations, cut) => {
        const timeline = new Timeline(sha256);
        timeline.insert(encoded(operations));
        const lacked = operations[cut % (operations.length + 1)];
        const beginning = lacked === undefined ? operations : operations.slice(0, operations.indexOf(lacked));
        const settled = timeline.settle((operation) => operation !== lacked, Number.POSITIVE_INFINITY);
        expect(settled.map(({ operation }) => operation)).toEqual(beginning);
        expect(timeline.final.count).toBe(beginning.length);
        expect(toHex(timeline.final.digest)).toBe(twinOf(beginning).digest);
        expect([...timeline.tentative()].map(({ operation }) => operation)).toEqual(operations.slice(beginning.length));
        expect([...timeline.tentative()].length > 0).toBe(lacked !== undefined);
      }),
      { numRuns: 100 },
    );
  });

  test('are no more than asked for at once, and the digest after each is remembered', () => {
    const world = new World();
    for (const name of ['ann', 'ben', 'cay']) world.user(name);
    const timeline = new Timeline(sha256);
    timeline.insert(encoded(world.operations));
    expect(timeline.settle(always, 2)).toHaveLength(2);
    expect(timeline.settle(always, 2)).toHaveLength(2);
    const digests = [0, 1, 2, 3, 4].map((count) => toHex(timeline.digestAt(count) ?? zeroDigest));
    expect(digests).toEqual([0, 1, 2, 3, 4].map((count) => twinOf(world.operations.slice(0, count)).digest));
    expect(timeline.digestAt(5)).toBeUndefined();
  });

  test('are settled up to their stamp, and nothing is ever put before them', () => {
    const world = new World();
    world.user('ann');
    const [first, second] = world.operations as [Operation, Operation];
    const timeline = new Timeline(sha256);
    timeline.insert(encoded([second]));
    expect(timeline.isSettled(first.stamp)).toBe(false);
    timeline.settle(always, 1);
    expect(timeline.isSettled(first.stamp)).toBe(true);
    expect(timeline.isSettled(second.stamp)).toBe(true);
    expect(timeline.isSettled({ ...second.stamp, count: second.stamp.count + 1 })).toBe(false);
    expect(() => timeline.insert(encoded([first]))).toThrow('before a final one');
  });
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
  const entriesOf = (timeline: Timeline, request: RequestId) =>
    timeline.entriesOf(request).map(({ operation: { mode }, outcome: { ok } }) => [mode, ok]);

  test('that nobody made is not known', () => {
    const timeline = new Timeline(sha256);
    const { requestId } = requested().rejecting;
    expect(timeline.recordOf(requestId)).toBeUndefined();
    expect(timeline.entriesOf(requestId)).toEqual([]);
  });

  test('has all its operations in order, and what they come to, whichever came first', () => {
    const { world, rejecting, keeping } = requested();
    for (const arrival of [
      [rejecting, keeping],
      [keeping, rejecting],
    ]) {
      const timeline = new Timeline(sha256);
      timeline.insert(encoded(world.operations));
      for (const operation of arrival) timeline.insert(encoded([operation]));
      expect(timeline.recordOf(rejecting.requestId)).toEqual({ kind: 'create_user', outcome: { ok: true } });
      expect(entriesOf(timeline, rejecting.requestId)).toEqual([
        ['reject', false],
        ['keep', true],
      ]);
    }
  });

  test('comes to something else when an earlier operation arrives', () => {
    const { world, rejecting } = requested();
    const timeline = new Timeline(sha256);
    timeline.insert(encoded([rejecting]));
    expect(timeline.recordOf(rejecting.requestId)?.outcome).toEqual({ ok: true });
    timeline.insert(encoded(world.operations));
    expect(timeline.recordOf(rejecting.requestId)?.outcome).toEqual({ ok: false, code: 'already_exists' });
  });

  test('is known by its outcome alone once it is folded', () => {
    const { world, rejecting } = requested();
    const timeline = new Timeline(sha256);
    timeline.insert(encoded([...world.operations, rejecting]));
    timeline.settle(always, Number.POSITIVE_INFINITY);
    timeline.fold(Number.POSITIVE_INFINITY);
    expect(timeline.entriesOf(rejecting.requestId)).toEqual([]);
    expect(timeline.recordOf(rejecting.requestId)?.outcome).toEqual({ ok: false, code: 'already_exists' });
  });
});
