/**
 * What is folded is rows: read back they are the state that the final operations make, whatever tentative ones have done
 * to it meanwhile.
 */
import { type EncodedOperation, encodeOperation, type Operation } from '@p2p/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyOperation, emptyMark, emptyState, type State, stateDigest, Timeline } from '../src/index.js';
import { type RowChange, StateLoader } from '../src/rows.js';
import { operationLists } from './arbitrary-operations.js';
import { throughTheCodec } from './disk-in-test.js';
import { sha256 } from './world.js';

const encoded = (operations: readonly Operation[]): EncodedOperation[] => operations.map(encodeOperation);
const digestOf = (state: State) => stateDigest(state, sha256);

function loaded(slices: readonly (readonly RowChange[])[]): State {
  const loader = new StateLoader();
  for (const rows of slices) loader.add(throughTheCodec(rows));
  return loader.finish();
}

/** The state that the first `count` operations make, by a loop. */
function stateAfter(operations: readonly Operation[], count: number): State {
  const state = emptyState();
  for (const operation of operations.slice(0, count)) applyOperation(state, operation);
  return state;
}

/** A timeline in which the first `final` of the operations are final, and the rest tentative. */
function timelineOf(operations: readonly Operation[], final: number): Timeline {
  const timeline = new Timeline(sha256);
  timeline.insert(encoded(operations));
  timeline.settle(() => true, final);
  return timeline;
}

/** Operations, how many of them are final, and how large the slices are. */
const cuts = operationLists(60).chain((operations) =>
  fc.record({
    operations: fc.constant(operations),
    final: fc.integer({ min: 0, max: operations.length }),
    slice: fc.integer({ min: 1, max: 20 }),
  }),
);

/** Everything that can be folded, in slices. */
function foldAll(timeline: Timeline, slice: number): RowChange[][] {
  const slices: RowChange[][] = [];
  while (timeline.foldable > 0) slices.push(timeline.fold(slice).rows);
  return slices;
}

describe('the rows that were folded', () => {
  test('are the state, where nothing is tentative', () => {
    fc.assert(
      fc.property(cuts, ({ operations, slice }) => {
        const timeline = timelineOf(operations, operations.length);
        const slices = foldAll(timeline, slice);
        expect(digestOf(loaded(slices))).toBe(digestOf(timeline.state));
      }),
      { numRuns: 80 },
    );
  });

  test('are what the final operations make, whatever tentative ones lie on it', () => {
    fc.assert(
      fc.property(cuts, ({ operations, final, slice }) => {
        const timeline = timelineOf(operations, final);
        const slices = foldAll(timeline, slice);
        expect(digestOf(loaded(slices))).toBe(digestOf(stateAfter(operations, final)));
        expect(digestOf(timeline.state)).toBe(digestOf(stateAfter(operations, operations.length)));
      }),
      { numRuns: 80 },
    );
  });

  test('are a base to go on from, with the operations behind them', () => {
    fc.assert(
      fc.property(cuts, ({ operations, final, slice }) => {
        const timeline = timelineOf(operations, final);
        const slices = foldAll(timeline, slice);
        const next = new Timeline(sha256, { state: loaded(slices), mark: timeline.mark });
        next.insert(encoded(operations.slice(final)));
        for (const each of [timeline, next]) each.settle(() => true, Number.POSITIVE_INFINITY);
        expect(digestOf(next.state)).toBe(digestOf(timeline.state));
        expect([next.final.count, next.final.digest]).toEqual([timeline.final.count, timeline.final.digest]);
        expect(next.length).toBe(timeline.length);
      }),
      { numRuns: 60 },
    );
  });

  test('stand where the mark says', () => {
    fc.assert(
      fc.property(cuts, ({ operations, final, slice }) => {
        const timeline = timelineOf(operations, final);
        const reached = Math.min(slice, final);
        const { mark } = timeline.fold(slice);
        expect(mark).toEqual(timeline.mark);
        const vector: Record<string, number> = {};
        for (const { stamp, seq } of operations.slice(0, reached)) vector[stamp.incarnation] = seq;
        expect(mark).toMatchObject({ count: reached, stamp: operations[reached - 1]?.stamp ?? null, vector });
        expect(mark.digest).toEqual(timeline.digestAt(reached));
      }),
      { numRuns: 60 },
    );
  });

  test('can be folded twice: what a crash left of the last slices is written over', () => {
    fc.assert(
      fc.property(cuts, fc.nat(), ({ operations, final, slice }, cut) => {
        const slices = foldAll(timelineOf(operations, final), slice);
        const again = slices.slice(0, cut % (slices.length + 1));
        expect(digestOf(loaded([...slices, ...again, ...slices.slice(again.length > 0 ? 0 : slices.length)]))).toBe(
          digestOf(stateAfter(operations, final)),
        );
      }),
      { numRuns: 60 },
    );
  });
});

test('nothing is folded of what is tentative', () => {
  const timeline = timelineOf([], 0);
  expect(timeline.foldable).toBe(0);
  expect(timeline.fold(10)).toEqual({ rows: [], mark: emptyMark });
});

describe('a checkpoint', () => {
  /** What happens to the timeline while the checkpoint is being read: operations arrive, and others are taken back. */
  const readings = cuts.chain((cut) =>
    fc.record({
      cut: fc.constant(cut),
      late: fc.shuffledSubarray(cut.operations.slice(cut.final)),
      slice: fc.integer({ min: 1, max: 8 }),
    }),
  );

  test('is exactly the folded state, whatever is written and taken back while it is read', () => {
    fc.assert(
      fc.property(readings, ({ cut: { operations, final }, late, slice }) => {
        const timeline = timelineOf(
          operations.filter((operation) => !late.includes(operation)),
          final,
        );
        foldAll(timeline, 10);
        const checkpoint = timeline.checkpoint();
        const arriving = [...late];
        const slices: RowChange[][] = [];
        for (;;) {
          const rows = checkpoint.next(slice);
          if (rows === undefined && arriving.length === 0) break;
          if (rows !== undefined) slices.push(rows);
          timeline.insert(encoded(arriving.splice(0, 1)));
        }
        expect(checkpoint.mark).toEqual(timeline.mark);
        expect(digestOf(loaded(slices))).toBe(digestOf(stateAfter(operations, final)));
        checkpoint.end();
        expect(digestOf(timeline.state)).toBe(digestOf(stateAfter(operations, operations.length)));
      }),
      { numRuns: 200 },
    );
  });

  test('keeps everything from being folded until it has ended, also of two', () => {
    fc.assert(
      fc.property(operationLists(10), (operations) => {
        const timeline = timelineOf(operations, operations.length);
        const [one, other] = [timeline.checkpoint(), timeline.checkpoint()];
        expect([timeline.foldable, timeline.fold(10).rows]).toEqual([0, []]);
        one.end();
        expect(timeline.foldable).toBe(0);
        other.end();
        expect(timeline.foldable).toBe(operations.length);
      }),
      { numRuns: 20 },
    );
  });

  test('of what is final, but not folded, says nothing', () => {
    fc.assert(
      fc.property(cuts, ({ operations, final }) => {
        const timeline = timelineOf(operations, final);
        timeline.fold(final >> 1);
        const checkpoint = timeline.checkpoint();
        expect(digestOf(loaded([checkpoint.next(Number.POSITIVE_INFINITY) ?? []]))).toBe(
          digestOf(stateAfter(operations, final >> 1)),
        );
      }),
      { numRuns: 60 },
    );
  });
});
