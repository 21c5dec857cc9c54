/** Trackers that don't share their key do not link, and tell their operators what to do about it. */
import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Cluster, Program, registered } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';

let cluster: Cluster;
let elsewhere: string;
let stranger: Program;

beforeAll(async () => {
  cluster = await Cluster.create();
  elsewhere = await cluster.folder('elsewhere');
  await copyFile(cluster.trackerInfo, join(elsewhere, 'tracker_info.txt'));
  await cluster.startTracker(1);
  stranger = new Program('tracker', { words: ['tracker_info.txt', '2'], directory: elsewhere });
  await stranger.line((line) => line.includes('listening on'));
});
afterAll(async () => {
  await stranger.kill();
  await cluster.stop();
});

async function fingerprintOf(tracker: Program): Promise<string> {
  const line = await tracker.line((text) => text.includes('fingerprint='));
  return line.slice(line.indexOf('sha256:'));
}

test('each names both fingerprints and the file to copy', async () => {
  const own = await fingerprintOf(cluster.tracker(1));
  const other = await fingerprintOf(stranger);
  expect(own).not.toBe(other);
  for (const [tracker, folder] of [
    [cluster.tracker(1), cluster.directory],
    [stranger, elsewhere],
  ] as const) {
    const line = await tracker.line((text) => text.includes('another key'));
    expect(line).toContain(own);
    expect(line).toContain(other);
    expect(line).toContain(join(folder, 'cluster.key'));
  }
});

test('clients stay with the one whose key they saw first', async () => {
  const alice = await registered(cluster, 'alice');
  expect(await alice.succeed('create_group films')).toEqual({ group: 'films', replicated: false });
  await cluster.tracker(1).kill();
  expect(await alice.refused('whoami')).toBe('identity_changed');
  await cluster.startTracker(1);
  await alice.stop();
});

test('with the key copied, as the line says, they are one cluster', async () => {
  expect(await stranger.stop()).toBe(0);
  await copyFile(join(cluster.directory, 'cluster.key'), join(elsewhere, 'cluster.key'));
  await rm(join(elsewhere, '.p2p'), { recursive: true });
  stranger = new Program('tracker', { words: ['tracker_info.txt', '2'], directory: elsewhere });
  await stranger.line((line) => line.includes('linked with tracker 1'));
  await cluster.tracker(1).line((line) => line.includes('linked with tracker 2'));
  expect(await readFile(join(elsewhere, 'cluster.key'))).toEqual(
    await readFile(join(cluster.directory, 'cluster.key')),
  );
  const bob = await registered(cluster, 'bob');
  expect(await bob.succeed('create_group songs')).toEqual({ group: 'songs', replicated: true });
});
