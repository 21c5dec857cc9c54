/** Small swarms keep what large ones promise; `pnpm simulate swarms` runs those. */
import { expect, test } from 'vitest';
import { fluidBoundMs, type Outcome, plain, runSwarm, type SwarmScenario } from '../src/swarms/scenario.js';

const SEEDS = [1, 2, 3];
const small: SwarmScenario = { ...plain, peers: 10, pieces: 128 };

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

const ratioOf = (outcomes: readonly Outcome[]) =>
  outcomes.reduce((sum, { lastMs, boundMs }) => sum + lastMs / boundMs, 0) / outcomes.length;

test('a swarm is a matter of its seed', () => {
  const timesOf = (seed: number) => {
    const { lastMs, meanMs, actions } = runSwarm({ ...small, liarPart: 0.2 }, seed);
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

test('ten equal peers end near the bound', () => {
  const outcomes = outcomesOf({ ...small, pieces: 256 });
  expect(ratioOf(outcomes), `seeds ${SEEDS}`).toBeLessThan(1.1 * (1 + Math.log2(10) / 256));
});

test.each<[string, Partial<SwarmScenario>]>([
  ['a tenth of them lie', { peers: 20, liarPart: 0.1 }],
  ['half of them are slow', { slowPart: 0.5 }],
  ['they come one by one', { arrivalMs: 10_000 }],
  ['downlinks are as narrow as uplinks', { download: plain.upload }],
  ['the way is long', { wayMs: 200 }],
])('all finish where %s', (_name, change) => {
  for (const { members } of outcomesOf({ ...small, ...change })) expect(members).toBe(change.peers ?? small.peers);
});

test('everyone who stays finishes where a fifth leave and come every minute', () => {
  const changing = { peers: 20, pieces: 128, upload: 250_000, churn: 0.2, churnMs: 240_000 };
  for (const { members } of outcomesOf({ ...plain, ...changing })) expect(members).toBe(20);
});
