/**
 * Two and three trackers under random commands, deliveries in any order across links, cuts, reconnects and restarts with
 * empty memory. Whatever happened: once healed they are the same, and what a client was told is so.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { check, Scenario } from './random-scenario.js';

describe.each([
  ['two trackers', [1, 2], false],
  ['two trackers that restart', [1, 2], true],
  ['three trackers', [1, 2, 3], false],
  ['three trackers that restart', [1, 2, 3], true],
])('%s', (_title, slots, restarts) => {
  test('are the same once healed, and have kept their word', () => {
    let successes = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const scenario = new Scenario(slots, seed);
        scenario.run(400, { restarts });
        scenario.heal();
        check(scenario);
        successes += scenario.told.length;
      }),
      { numRuns: Number(process.env.SCENARIOS ?? 50) },
    );
    expect(successes, 'something happened').toBeGreaterThan(0);
  });
});
