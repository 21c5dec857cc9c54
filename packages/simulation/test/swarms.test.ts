/** Small swarms keep what large ones promise; `pnpm simulate swarms` runs those. */
import { expect, test } from 'vitest';
import { fluidBoundMs, type Outcome, plain, runSwarm, type SwarmScenario } from '../src/swarms/scenario.js';

const SEEDS = [1, 2];
const small: SwarmScenario = { ...plain, peers: 8, pieces: 64 };
/** A busy machine takes its time. */
const PATIENCE = { timeout: 120_000 };

/** A run that breaks a promise throws; so does one in which somebody who stays does not finish. */
function outcomesOf(scenario: SwarmScenario): Outcome[] {
  return SEEDS.map((seed) => {
    try {
      return runSwarm(scenario, seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

test('a swarm is a matter of its seed', PATIENCE, () => {
  const timesOf = (seed: number) => {
    const { lastMs, meanMs, actions } = runSwarm({ ...small, liarPart: 0.4 }, seed);
    return { lastMs, meanMs, actions };
  };
  expect(timesOf(1)).toEqual(timesOf(1));
  expect(timesOf(1)).not.toEqual(timesOf(2));
});

test('the bound is that of the seeder, of a downlink, or of all uplinks together', () => {
  const one = { ...plain, pieces: 100, pieceBytes: 1_000, upload: 1_000, peers: 9 };
  expect(fluidBoundMs(one)).toBe(100_000);
  expect(fluidBoundMs({ ...one, download: 500 })).toBe(200_000);
  // Of ten uploads four are a tenth.
  expect(fluidBoundMs({ ...one, slowPart: 0.5 })).toBeCloseTo((9 * 100_000 * 1_000) / 6_400, 6);
});

test('ten equal peers end near the bound, and the seeder sends little more than one copy', PATIENCE, () => {
  for (const { lastMs, boundMs, copies, seed } of outcomesOf({ ...plain, peers: 10 })) {
    expect(lastMs / boundMs, `seed ${seed}`).toBeLessThan(1.1 * (1 + Math.log2(10) / plain.pieces));
    expect(copies, `seed ${seed}`).toBeLessThan(1.1);
  }
});

test.each<[string, Partial<SwarmScenario>]>([
  ['half as many as they are lie', { liarPart: 0.5 }],
  ['half of them are slow', { slowPart: 0.5 }],
  ['they come one by one', { arrivalMs: 10_000 }],
  ['downlinks are as narrow as uplinks', { download: plain.upload }],
  ['the way is long', { wayMs: 200 }],
  ['a fifth leave and come every minute', { upload: 250_000, churn: 0.2, churnMs: 90_000 }],
])('all who stay finish where %s', PATIENCE, (_name, change) => {
  for (const { members, seed } of outcomesOf({ ...small, ...change }))
    expect(members, `seed ${seed}`).toBe(small.peers);
});
