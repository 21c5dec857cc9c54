/** Data directories that are somebody else's, or none at all: one clear line, exit 2, and nothing is touched. */
import { cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Cluster } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { complaint } from './complaint.js';
import { Household } from './household.js';
import { canMount, mountSmallDisk, need, remount, unmount } from './needs.js';

let cluster: Cluster;
let household: Household;

beforeAll(async () => {
  cluster = await Cluster.start(2);
  household = await Household.settle(cluster);
  expect(await household.addGroups(5)).toBe(true);
  expect(await Promise.all([cluster.tracker(1).stop(), cluster.tracker(2).stop()])).toEqual([0, 0]);
});
afterAll(() => cluster?.stop());

test('of another cluster', async () => {
  const other = await Cluster.start(1);
  try {
    await Household.settle(other);
    await other.tracker(1).stop();
    await cp(other.dataDirectory(1), join(cluster.directory, 'foreign'), { recursive: true });
  } finally {
    await other.stop();
  }
  const said = await complaint(cluster.launchTracker(1, { words: ['--data-dir', 'foreign'] }));
  expect(said).toContain(join(cluster.directory, 'foreign'));
  expect(said).toContain('another cluster');
});

test('of another slot', async () => {
  const before = (await readdir(cluster.dataDirectory(1))).sort();
  const said = await complaint(cluster.launchTracker(2, { words: ['--data-dir', cluster.dataDirectory(1)] }));
  expect(said).toContain(cluster.dataDirectory(1));
  expect(said).toMatch(/another tracker|tracker 1\b/);
  expect((await readdir(cluster.dataDirectory(1))).sort()).toEqual(before);
});

test('its own, with the cluster’s key gone: a new key is none for it', async () => {
  const key = join(cluster.directory, 'cluster.key');
  await rename(key, `${key}.away`);
  try {
    const said = await complaint(cluster.launchTracker(1));
    expect(said).toContain('another cluster');
    expect(said).toContain('cluster.key');
  } finally {
    await rename(`${key}.away`, key);
  }
});

test('a file in its place', async () => {
  await writeFile(join(cluster.directory, 'a-file'), '');
  const said = await complaint(cluster.launchTracker(1, { words: ['--data-dir', 'a-file'] }));
  expect(said).toContain(join(cluster.directory, 'a-file'));
});

test('one that can’t be written', async (context) => {
  need(context, canMount(), 'mount');
  const folder = join(cluster.directory, 'read-only');
  await mkdir(folder);
  expect(mountSmallDisk(folder, '1m')).toBe(true);
  try {
    await cp(cluster.dataDirectory(1), folder, { recursive: true });
    expect(remount(folder, 'ro')).toBe(true);
    const said = await complaint(cluster.launchTracker(1, { words: ['--data-dir', 'read-only'] }));
    expect(said).toContain(folder);
    expect(said).toMatch(/read-only|EROFS/i);
    expect(remount(folder, 'rw')).toBe(true);
    const tracker = cluster.launchTracker(1, { words: ['--data-dir', 'read-only'] });
    await tracker.line((line) => line.includes('listening on'));
    await household.expectWhole();
    await tracker.stop();
  } finally {
    unmount(folder);
  }
});

test('one that can’t be made', async () => {
  const said = await complaint(cluster.launchTracker(1, { words: ['--data-dir', '/dev/null/below-a-file'] }));
  expect(said).toContain('/dev/null/below-a-file');
});

test('an empty one is a new beginning, not an error', async () => {
  const fresh = await Cluster.create(1);
  try {
    await mkdir(fresh.dataDirectory(1), { recursive: true });
    await fresh.startTracker(1);
    await Household.settle(fresh);
  } finally {
    await fresh.stop();
  }
});

test('none of that has harmed the two', async () => {
  await rm(join(cluster.directory, 'foreign'), { recursive: true });
  await Promise.all([cluster.startTracker(1), cluster.startTracker(2)]);
  await household.expectWhole();
  expect(await household.addGroup()).toBe(true);
});
