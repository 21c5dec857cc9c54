/**
 * A disk without room: the tracker stops acknowledging at once, says on one line which file and what to do, and ends.
 * Its clients go on at the other one; with room again it has everything that it ever acknowledged.
 */
import { mkdir, readdir, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtPrograms, type Cluster, type Program, type TrackerLaunch } from '@p2p/harness';
import { expect, onTestFinished, test } from 'vitest';
import { ownCluster } from '../cli/own-cluster.js';
import { untilAgreed } from '../fail-over/agreement.js';
import { Household } from './household.js';
import { canMount, mountSmallDisk, need, remount, unmount } from './needs.js';

/** Neither stopped in good order, nor unable to start. */
const EXIT_FAILED = 1;

const ROOM_BYTES = 64 * 1024;

/** Alice goes on making groups until tracker 1 has ended. */
async function writeUntilItEnds(household: Household, tracker: Program): Promise<void> {
  while (tracker.running) await household.addGroup();
  expect(await tracker.ended, tracker.transcript()).toBe(EXIT_FAILED);
}

/** The line by which it has told its operator; there is only one. */
function faultLine(tracker: Program): string {
  const lines = [...tracker.output.lines, ...tracker.errors.lines].filter((line) => line.includes('cannot be used'));
  expect(lines, tracker.transcript()).toHaveLength(1);
  return lines.join();
}

/** Tracker 1 as `launch` says, tracker 2 as usual, linked; people at tracker 1. */
async function startBoth(cluster: Cluster, launch: TrackerLaunch): Promise<[Program, Household]> {
  const tracker = cluster.launchTracker(1, launch);
  await tracker.line((line) => line.includes('listening on'));
  await cluster.startTracker(2);
  await tracker.line((line) => line.includes('linked with tracker 2'));
  return [tracker, await Household.settle(cluster)];
}

/** With room again, tracker 1 serves all of it. */
async function expectRecovered(cluster: Cluster, household: Household, launch: TrackerLaunch): Promise<void> {
  expect(await household.addGroups(3)).toBe(false);
  const again = cluster.launchTracker(1, launch);
  await again.line((line) => line.includes('listening on'));
  await untilAgreed(household.alice);
  await household.moveTo(1);
  await household.expectWhole();
  expect(await household.addGroup()).toBe(true);
}

test('a small disk', async (context) => {
  need(context, canMount(), 'mount');
  const cluster = await ownCluster(2, 'idle');
  const folder = join(cluster.directory, 'small');
  await mkdir(folder);
  expect(mountSmallDisk(folder, '1m')).toBe(true);
  onTestFinished(() => void unmount(folder));
  const launch = { words: ['--data-dir', 'small'] };
  const [tracker, household] = await startBoth(cluster, launch);
  await fill(folder);
  await writeUntilItEnds(household, tracker);
  const said = faultLine(tracker);
  expect(said).toContain(folder);
  expect(said).toMatch(/no space/i);
  expect(await household.alice.succeed('whoami')).toEqual({ user: 'alice', tracker: 2 });

  // Still full: it doesn't start, or it ends again, and nothing is lost by that.
  const inVain = cluster.launchTracker(1, launch);
  expect([1, 2]).toContain(await inVain.bounded(inVain.ended, 'waiting for its end'));
  expect(faultLine(inVain)).toMatch(/no space/i);

  expect(remount(folder, 'size=64m')).toBe(true);
  await expectRecovered(cluster, household, launch);
  await Promise.all([cluster.tracker(1).stop(), cluster.tracker(2).stop()]);
});

/** Another program takes all room but a little. */
async function fill(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  await writeFile(join(folder, 'filler'), new Uint8Array(bavail * bsize - ROOM_BYTES));
}

test('a bound on the size of files', async () => {
  const cluster = await ownCluster(2, 'idle');
  const blocksOf512 = String(ROOM_BYTES / 512);
  const [tracker, household] = await startBoth(cluster, {
    command: ['sh', '-c', `ulimit -f ${blocksOf512}; exec "$0" "$@"`, process.execPath, builtPrograms.tracker],
  });
  await writeUntilItEnds(household, tracker);
  expect(faultLine(tracker)).toContain(cluster.dataDirectory(1));
  expect(faultLine(tracker)).toMatch(/larger than this process may write/);
  await expectRecovered(cluster, household, {});
  expect((await readdir(cluster.dataDirectory(1))).length).toBeGreaterThan(0);
});
