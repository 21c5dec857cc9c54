/** A sliding list against its obviously right twin: a plain array that forgets nothing, and a number. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SlidingList } from '../src/sliding-list.js';

class Twin {
  start = 0;
  constructor(readonly items: number[] = []) {}
}

type Step = (list: SlidingList<number>, twin: Twin) => void;

const pushing = fc.integer({ min: 1, max: 700 }).map(
  (count): Step =>
    (list, twin) => {
      for (let each = 0; each < count; each++) {
        list.push(twin.items.length);
        twin.items.push(twin.items.length);
      }
    },
);

const forgetting = fc.integer({ min: 0, max: 1_000 }).map(
  (parts): Step =>
    (list, twin) => {
      const position = twin.start + Math.floor(((twin.items.length - twin.start) * parts) / 1_000);
      list.forgetBefore(position);
      twin.start = position;
    },
);

const cutting = fc.integer({ min: 0, max: 100 }).map(
  (count): Step =>
    (list, twin) => {
      const position = Math.max(twin.start, twin.items.length - count);
      expect(list.cutFrom(position)).toEqual(twin.items.splice(position));
    },
);

test('is a list of which only the beginning is gone', () => {
  let moved = 0;
  fc.assert(
    fc.property(fc.array(fc.oneof(pushing, forgetting, cutting), { maxLength: 60, size: 'max' }), (steps) => {
      const list = new SlidingList<number>();
      const twin = new Twin();
      for (const step of steps) {
        step(list, twin);
        const { items, start } = twin;
        expect([list.start, list.end, list.length]).toEqual([start, items.length, items.length - start]);
        expect([...list.from(0)]).toEqual(items.slice(start));
        const middle = (start + items.length) >> 1;
        expect([...list.from(middle)]).toEqual(items.slice(middle));
        expect(list.at(middle)).toBe(items[middle]);
        expect([list.at(start - 1), list.at(items.length)]).toEqual([undefined, undefined]);
        if (start > 1_024) moved += 1;
      }
    }),
    { numRuns: 60 },
  );
  expect(moved, 'some were long enough for the array to be moved').toBeGreaterThan(0);
});

test('forgets nothing twice, and nothing of what is before', () => {
  const list = new SlidingList<string>();
  for (const item of ['a', 'b', 'c']) list.push(item);
  list.forgetBefore(2);
  list.forgetBefore(1);
  expect([list.start, list.at(1), list.at(2)]).toEqual([2, undefined, 'c']);
});
