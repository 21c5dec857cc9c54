/** A seed is the whole of a run: without that, no failure could be replayed. */
import { expect, test } from 'vitest';
import { runSeeds } from '../src/index.js';

test('the same seeds come to the same, to the last step', () => {
  const told = () => {
    const result = runSeeds({ first: 21, count: 10, schedule: undefined, trace: false });
    return JSON.stringify(result);
  };
  expect(told()).toBe(told());
});

test('different seeds do not', () => {
  const countsOf = (first: number) => runSeeds({ first, count: 1, schedule: undefined, trace: false }).totals;
  expect(countsOf(1)).not.toEqual(countsOf(2));
});
