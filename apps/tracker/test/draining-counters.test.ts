import { expect, test } from 'vitest';
import { DrainingCounters } from '../src/draining-counters.js';

const counters = (maxKeys = 10) => new DrainingCounters({ capacity: 10, drainMs: 1_000, maxKeys });

test('so many at once, one more as soon as there is room for it, all again when it has run empty', () => {
  const some = counters();
  for (let index = 0; index < 10; index++) {
    expect(some.isFull('a', 0)).toBe(false);
    some.add('a', 0);
  }
  expect(some.isFull('a', 99)).toBe(true);
  expect(some.isFull('a', 100)).toBe(false);
  some.add('a', 100);
  expect(some.isFull('a', 100)).toBe(true);
  some.add('a', 1_100, 9);
  expect(some.isFull('a', 1_100)).toBe(false);
  some.add('a', 1_100);
  expect(some.isFull('a', 1_100)).toBe(true);
});

test('each key by itself, and no more of them than allowed', () => {
  const some = counters(2);
  some.add('a', 0, 10);
  some.add('b', 0, 10);
  expect([some.isFull('a', 0), some.isFull('b', 0), some.isFull('c', 0)]).toEqual([true, true, false]);
  some.add('a', 0);
  some.add('c', 0);
  expect(some.size).toBe(2);
  expect([some.isFull('a', 0), some.isFull('b', 0)]).toEqual([true, false]);
});

test('a clock that is set back drains nothing, and never overflows a counter', () => {
  const some = counters();
  some.add('a', 5_000, 1_000);
  expect(some.isFull('a', 4_000)).toBe(true);
  expect(some.isFull('a', 5_100)).toBe(false);
});
