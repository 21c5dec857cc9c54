/** The order of operations and the clock that makes it. */
import { compareStamps, type Stamp } from '@p2p/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HybridClock } from '../src/index.js';
import { incarnationOf } from './world.js';

const own = incarnationOf(1);
const stamps = fc.record({
  time: fc.integer({ min: 0, max: 3 }),
  count: fc.integer({ min: 0, max: 3 }),
  incarnation: fc.integer({ min: 1, max: 12 }).map((slot) => incarnationOf(slot)),
});

describe('stamps', () => {
  test('are in one total order', () => {
    fc.assert(
      fc.property(stamps, stamps, stamps, (a, b, c) => {
        expect(Math.sign(compareStamps(a, b))).toBe(-Math.sign(compareStamps(b, a)) + 0);
        if (compareStamps(a, b) === 0) expect(a).toEqual(b);
        if (compareStamps(a, b) <= 0 && compareStamps(b, c) <= 0) expect(compareStamps(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });

  test('compare time first, then count, then incarnation', () => {
    const stamp = (time: number, count: number, slot: number): Stamp => ({
      time,
      count,
      incarnation: incarnationOf(slot),
    });
    expect(compareStamps(stamp(1, 9, 9), stamp(2, 0, 1))).toBeLessThan(0);
    expect(compareStamps(stamp(1, 1, 9), stamp(1, 2, 1))).toBeLessThan(0);
    expect(compareStamps(stamp(1, 1, 1), stamp(1, 1, 2))).toBeLessThan(0);
  });
});

test('a stamp comes after all that were given and seen before, whatever the wall clock does', () => {
  const step = fc.oneof(fc.record({ now: fc.integer({ min: 0, max: 5 }) }), fc.record({ seen: stamps }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const clock = new HybridClock();
      const before: Stamp[] = [];
      for (const each of steps) {
        if ('seen' in each) {
          clock.observe(each.seen);
          before.push(each.seen);
          continue;
        }
        const next = clock.next(each.now, own);
        for (const stamp of before) expect(compareStamps(stamp, next)).toBeLessThan(0);
        before.push(next);
      }
    }),
  );
});

test('a stamp is as late as the wall clock where nothing later was seen', () => {
  const clock = new HybridClock();
  clock.observe({ time: 10, count: 3, incarnation: own });
  expect(clock.next(20, own)).toEqual({ time: 20, count: 0, incarnation: own });
  expect(clock.next(15, own)).toEqual({ time: 20, count: 1, incarnation: own });
});
