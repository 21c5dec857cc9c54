/** A tracker whose clock is far off is not linked with: both say so, both go on alone, and are one when it is set. */
import { spawnSync } from 'node:child_process';
import type { Program } from '@p2p/harness';
import { expect, test } from 'vitest';
import { ownCluster } from '../cli/own-cluster.js';
import { untilAgreed } from '../fail-over/agreement.js';
import { Household } from './household.js';
import { need } from './needs.js';

const isClockLine = (line: string) => /clock/.test(line);

/** What makes a program go by another clock; the `faketime` command knows where its library lies. */
const library = spawnSync('faketime', ['-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).stdout?.trim();

test.for(['+120s', '-3h'])('tracker 2 by a clock that is %s away', async (offset, context) => {
  need(context, Boolean(library), 'faketime');
  const cluster = await ownCluster(2, 'idle');
  const one = await cluster.startTracker(1);
  const two = cluster.launchTracker(2, {
    environment: { LD_PRELOAD: library, FAKETIME: offset },
  });
  await two.line((line) => line.includes('listening on'));
  for (const [tracker, other] of [
    [one, 2],
    [two, 1],
  ] as const) {
    expect(await tracker.line(isClockLine)).toContain(`tracker ${other}`);
  }

  const household = await Household.settle(cluster);
  expect(await household.addGroups(3)).toBe(false);
  const carol = cluster.client([`127.0.0.1:${cluster.port(2)}`], 'carol');
  expect(await carol.succeed('create_user carol right-password')).toEqual({ user: 'carol', replicated: false });
  expect(await carol.succeed('login carol right-password')).toMatchObject({ tracker: 2 });
  expect(await carol.succeed('create_group songs')).toEqual({ group: 'songs', replicated: false });
  const { trackers } = await carol.succeed('trackers');
  expect(trackers).toMatchObject([{ linked: [] }, { linked: [] }]);
  // Once each, however often they try.
  for (const tracker of [one, two]) expect(clockLines(tracker)).toHaveLength(1);

  expect(await two.stop()).toBe(0);
  await cluster.startTracker(2);
  await untilAgreed(household.alice);
  await household.expectWhole();
  expect(await household.addGroup()).toBe(true);
  expect(await household.alice.succeed('list_groups')).toMatchObject({
    groups: expect.arrayContaining([expect.objectContaining({ group: 'songs', owners: ['carol'] })]),
  });
});

function clockLines(tracker: Program): string[] {
  return [...tracker.output.lines, ...tracker.errors.lines].filter(isClockLine);
}
