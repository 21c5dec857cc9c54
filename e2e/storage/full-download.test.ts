/**
 * A client's disks without room: a download fails, keeps what it has, and goes on when there is room again; what can't be
 * remembered now is said, and remembered later.
 */
import { mkdir, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientProgram, Cluster, gatherGroup, passwordOf, sha256OfFile, writeTestFile } from '@p2p/harness';
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

test('a data directory without room is told of once, and what was not written is with the next change', async (context) => {
  need(context, canMount(), 'mount');
  const folder = join(cluster.directory, 'small-data');
  await mkdir(folder);
  expect(mountSmallDisk(folder, '4m')).toBe(true);
  const words = ['tracker_info.txt', '--data-dir', 'small-data'];
  const start = (): ClientProgram => cluster.own(new ClientProgram({ directory: cluster.directory, words }));
  let carol = start();
  onTestFinished(async () => {
    await carol.kill();
    unmount(folder);
  });
  await carol.succeed(`create_user carol ${passwordOf('carol')}`);
  await carol.succeed(`login carol ${passwordOf('carol')}`);
  await carol.succeed('create_group songs');
  const filler = join(folder, 'filler');
  const { bavail, bsize } = await statfs(folder);
  await writeFile(filler, new Uint8Array(bavail * bsize));

  // With the hashes that such a file has, a page of the disk that is begun already has no room for it.
  for (const name of ['first', 'second']) {
    await writeTestFile(join(cluster.directory, name), 64 * MIB);
    await carol.succeed(`upload_file ${name} songs`);
  }
  await carol.errorLine((line) => line.includes('may be forgotten with the next start'));
  await rm(filler);
  await writeTestFile(join(cluster.directory, 'third'), MIB);
  await carol.succeed('upload_file third songs');
  const said = carol.errors.lines.filter((line) => line.includes('may be forgotten with the next start'));
  expect(said).toHaveLength(1);

  await carol.kill();
  carol = start();
  await carol.until('list_files songs', ({ files }) => files.every((row: { sharers: number }) => row.sharers === 1));
});
