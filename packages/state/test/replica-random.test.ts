/**
 * Two and three trackers under random commands, deliveries in any order across links, cuts, reconnects, crashes between
 * any two steps, disks that come back without what was not flushed, and disks that are lost. Whatever happened: once
 * healed they are the same, and what a client was told is so. (packages/simulation does the same with the real journal,
 * on a clock, for as many seeds as one likes.)
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { check, Scenario } from './random-scenario.js';

describe.each([
  ['two trackers', [1, 2], { crashes: false, lostDisks: false }],
  ['two trackers that crash', [1, 2], { crashes: true, lostDisks: false }],
  ['two trackers that lose their disks', [1, 2], { crashes: true, lostDisks: true }],
  ['three trackers', [1, 2, 3], { crashes: false, lostDisks: false }],
  ['three trackers that crash', [1, 2, 3], { crashes: true, lostDisks: false }],
  ['three trackers that lose their disks', [1, 2, 3], { crashes: true, lostDisks: true }],
])('%s', (_title, slots, dangers) => {
  test('are the same once healed, and have kept their word', () => {
    let [successes, final, rejoins, lostDisks] = [0, 0, 0, 0];
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const scenario = new Scenario(slots, seed);
        scenario.run(400, dangers);
        scenario.heal();
        check(scenario);
        successes += scenario.told.length;
        final += scenario.told.filter(({ answer }) => answer.replicated).length;
        rejoins += scenario.network.rejoins;
        lostDisks += scenario.lostDisks;
      }),
      { numRuns: Number(process.env.SCENARIOS ?? 50) },
    );
    expect(successes, 'something happened').toBeGreaterThan(final);
    expect(final, 'some of it was final').toBeGreaterThan(0);
    expect(rejoins, 'who lost a disk began anew').toBeGreaterThanOrEqual(lostDisks > 0 ? 1 : 0);
    if (dangers.lostDisks) expect(lostDisks).toBeGreaterThan(0);
  });
});
