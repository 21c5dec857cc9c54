/** Data directories that were emptied, or put back from a backup: with the other tracker up they mend themselves. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '@p2p/harness';
import { expect, test } from 'vitest';
import { ownCluster } from '../cli/own-cluster.js';
import { untilAgreed } from '../fail-over/agreement.js';
import { replaceDirectory } from './data-files.js';
import { Household } from './household.js';

async function lose(cluster: Cluster, number: number): Promise<void> {
  await cluster.tracker(number).kill();
  await rm(cluster.dataDirectory(number), { recursive: true });
}

test('an emptied directory is rebuilt, whatever happens meanwhile', async () => {
  const cluster = await ownCluster(2);
  const household = await Household.settle(cluster);
  expect(await household.addGroups(10)).toBe(true);
  await lose(cluster, 1);
  expect(await household.addGroups(10)).toBe(false);
  await cluster.startTracker(1);
  await untilAgreed(household.alice);
  expect(await household.addGroups(3)).toBe(true);
  await household.moveTo(1);
  await household.expectWhole();
});

test('both disks are lost, with time to heal in between: nothing is', async () => {
  const cluster = await ownCluster(2);
  const household = await Household.settle(cluster);
  for (const number of [1, 2, 1, 2]) {
    await household.addGroups(5);
    await untilAgreed(household.alice);
    await lose(cluster, number);
    await cluster.startTracker(number);
  }
  await untilAgreed(household.alice);
  await household.expectWhole();
  await household.moveTo(1);
  await household.expectWhole();
});

test('a rebuilt tracker carries all of it alone', async () => {
  const cluster = await ownCluster(2);
  const household = await Household.settle(cluster);
  await household.addGroups(10);
  await untilAgreed(household.alice);
  await lose(cluster, 2);
  await cluster.startTracker(2);
  await untilAgreed(household.alice);
  await Promise.all([cluster.tracker(1).kill(), cluster.tracker(2).kill()]);
  await cluster.startTracker(2);
  await household.expectWhole();
  await household.addGroups(3);
  await cluster.startTracker(1);
  await untilAgreed(household.alice);
  await household.expectWhole();
});

test('a restored backup rejoins by itself: one line, and nothing is lost', async () => {
  const cluster = await ownCluster(2);
  const household = await Household.settle(cluster);
  await household.addGroups(5);
  await untilAgreed(household.alice);
  const backup = join(cluster.directory, 'backup');
  await cluster.tracker(1).stop();
  await replaceDirectory(cluster.dataDirectory(1), backup);
  await cluster.startTracker(1);
  await household.moveTo(1);
  expect(await household.addGroups(10)).toBe(true);

  await cluster.tracker(1).kill();
  await household.addGroups(3);
  await replaceDirectory(backup, cluster.dataDirectory(1));
  const restored = await cluster.startTracker(1);
  await untilAgreed(household.alice);
  expect(restored.output.lines.filter((line) => /took over/.test(line))).toHaveLength(1);
  expect(restored.errors.lines).toEqual([]);
  await household.moveTo(1);
  await household.expectWhole();
  expect(await household.addGroups(3)).toBe(true);
});

test('what a restored backup took on before it met the other one is kept', async () => {
  const cluster = await ownCluster(2);
  const household = await Household.settle(cluster);
  await untilAgreed(household.alice);
  const backup = join(cluster.directory, 'backup');
  await cluster.tracker(1).stop();
  await replaceDirectory(cluster.dataDirectory(1), backup);
  await cluster.startTracker(1);
  await household.moveTo(1);
  expect(await household.addGroups(5)).toBe(true);

  await Promise.all([cluster.tracker(1).kill(), cluster.tracker(2).kill()]);
  await replaceDirectory(backup, cluster.dataDirectory(1));
  await cluster.startTracker(1);
  expect(await household.addGroups(5)).toBe(false);
  await cluster.startTracker(2);
  await untilAgreed(household.alice);
  await household.expectWhole();
});
