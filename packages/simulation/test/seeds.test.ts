/** A few hundred seeds, and every schedule, break no promise; `pnpm simulate` runs as many more as one likes. */
import { expect, test } from 'vitest';
import { runSeeds, schedules } from '../src/index.js';

const SEEDS = 200;
const SEEDS_A_SCHEDULE = 4;

test(`${SEEDS} random seeds`, { timeout: 120_000 }, () => {
  const { totals, failures } = runSeeds({ first: 1, count: SEEDS, schedule: undefined, trace: false });
  expect(failures).toEqual([]);
  // A run in which nothing happens would break no promise either.
  expect(totals.seeds).toBe(SEEDS);
  for (const [name, count] of Object.entries({ ...totals.counts, ...totals.faults }))
    expect(count, name).toBeGreaterThan(0);
});

test.each(Object.keys(schedules))('%s', { timeout: 60_000 }, (schedule) => {
  const { totals, failures } = runSeeds({ first: 1, count: SEEDS_A_SCHEDULE, schedule, trace: false });
  expect(failures).toEqual([]);
  expect(totals.counts.operations).toBeGreaterThan(0);
});

/** Found by chance among many thousands, and mended. A seed stays the same world only while the simulation does. */
test.each([
  ['a greeting that a crash took leaves a slot vacant for ever', 15_632],
  ['answers stay owed behind a slot that nobody greets from', 24_892],
  ['a refused operation that is final speaks for one that is kept and still to be named', 127_845],
])('%s', (_fault, seed) => {
  expect(runSeeds({ first: seed, count: 1, schedule: undefined, trace: false }).failures).toEqual([]);
});
