/** A downloader's disk without room: the download fails, keeps what it has, and goes on when there is room again. */
import { mkdir, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, gatherGroup, sha256OfFile, writeTestFile } from '@p2p/harness';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { canMount, mountSmallDisk, need, unmount } from './needs.js';

const MIB = 1024 * 1024;

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start();
  [alice, bob] = await gatherGroup(cluster, 'films', ['alice', 'bob']);
  await writeTestFile(join(cluster.directory, 'film'), 8 * MIB);
  await alice.succeed('upload_file film films');
});
afterAll(() => cluster?.stop());

interface Row {
  readonly file: string;
  readonly state: string;
  readonly done: number;
}

const filmIn = ({ downloads }: { downloads: Row[] }): Row | undefined => downloads.find(({ file }) => file === 'film');

test('asked for again once there is room, it goes on where it was, over a restart as well', async (context) => {
  need(context, canMount(), 'mount');
  const folder = join(cluster.directory, 'small');
  await mkdir(folder);
  expect(mountSmallDisk(folder, '12m')).toBe(true);
  onTestFinished(async () => {
    await bob.kill();
    unmount(folder);
  });
  const filler = join(folder, 'filler');
  const { bavail, bsize } = await statfs(folder);
  await writeFile(filler, new Uint8Array(bavail * bsize - 3 * MIB));

  await bob.succeed('download_file films film small/');
  expect((await bob.event(({ state }) => state === 'failed')).error?.code).toBe('disk_full');
  const failed = filmIn(await bob.succeed('show_downloads'));
  expect(failed?.done).toBeGreaterThan(0);
  expect(await readdir(folder)).toContainEqual(expect.stringMatching(/p2p-part$/));

  await bob.kill();
  bob = cluster.client([], 'bob');
  await bob.succeed('whoami');
  expect(filmIn(await bob.succeed('show_downloads'))).toMatchObject({ state: 'failed', done: failed?.done });

  await rm(filler);
  await bob.succeed('download_file films film small/');
  const goesOn = await bob.event(({ file }) => file === 'film');
  expect(goesOn.done).toBeGreaterThanOrEqual(failed?.done ?? 0);
  await bob.event(({ state }) => state === 'complete');
  expect(await sha256OfFile(join(folder, 'film'))).toBe(await sha256OfFile(join(cluster.directory, 'film')));
  expect(await readdir(folder)).toEqual(['film']);
});
