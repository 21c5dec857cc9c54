/** What a client shared comes back by itself when its user does: after kill -9, a log-out, a change on the disk. */
import { readdir, readFile, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, gatherGroup, passwordOf, sha256OfFile, writeTestFile } from '@p2p/harness';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const MIB = 1024 * 1024;

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;
let testNumber = 0;
/** A file of its own for every test, shared by alice. */
let file: string;

beforeAll(async () => {
  cluster = await Cluster.start();
  [alice, bob] = await gatherGroup(cluster, 'films', ['alice', 'bob']);
});
afterAll(() => cluster.stop());

beforeEach(async () => {
  file = `film-${++testNumber}`;
  await writeTestFile(join(cluster.directory, file), 3 * MIB, testNumber);
  await alice.succeed(`upload_file ${file} films`);
});

const inCluster = (name: string): string => join(cluster.directory, name);

async function untilSharers(count: number): Promise<void> {
  const isThere = (row: { file: string; sharers: number }): boolean => row.file === file && row.sharers === count;
  await bob.until('list_files films', ({ files }) => files.some(isThere));
}

async function expectDownload(): Promise<void> {
  await bob.succeed(`download_file films ${file} ${file}-copy`);
  await bob.event((event) => event.file === file && event.state === 'complete');
  expect(await sha256OfFile(inCluster(`${file}-copy`))).toBe(await sha256OfFile(inCluster(file)));
  await bob.succeed(`stop_share films ${file}`);
}

test('a sharer that is killed shares again as soon as it is back, without a log-in', async () => {
  await alice.kill();
  await untilSharers(0);
  alice = cluster.client([], 'alice');
  await untilSharers(1);
  await expectDownload();
});

test('who logs out shares nothing until the next log-in', async () => {
  await alice.succeed('logout');
  await untilSharers(0);
  await alice.stop();
  alice = cluster.client([], 'alice');
  expect(await alice.refused('whoami')).toBe('not_logged_in');
  await untilSharers(0);
  await alice.succeed(`login alice ${passwordOf('alice')}`);
  await untilSharers(1);
  await expectDownload();
});

test('stop_share is for good', async () => {
  await alice.succeed(`stop_share films ${file}`);
  await alice.kill();
  alice = cluster.client([], 'alice');
  const others = await alice.until('list_files films', ({ files }) =>
    files.some((row: { sharers: number }) => row.sharers > 0),
  );
  expect(others.files).toContainEqual(expect.objectContaining({ file, sharers: 0 }));
});

test('what was downloaded is shared again as well', async () => {
  await bob.succeed(`download_file films ${file} ${file}-copy`);
  await bob.event((event) => event.file === file && event.state === 'complete');
  await alice.succeed(`stop_share films ${file}`);
  await untilSharers(1);
  await bob.kill();
  bob = cluster.client([], 'bob');
  await untilSharers(1);
  await bob.succeed(`stop_share films ${file}`);
});

describe('a source that is not what it was', () => {
  test('changed: it is named, with what to do, and no longer shared', async () => {
    await alice.kill();
    await writeFile(inCluster(file), 'something else');
    alice = cluster.client([], 'alice');
    await alice.errorLine((line) => line.includes(`${file} in films is no longer shared`));
    await untilSharers(0);
  });

  test('moved: it is named, and found again by upload_file from its new place', async () => {
    await alice.kill();
    await rename(inCluster(file), inCluster(`${file}-moved`));
    alice = cluster.client([], 'alice');
    await alice.errorLine((line) => line.includes(`${file} in films is not shared now`));
    await untilSharers(0);
    await alice.succeed(`upload_file ${file}-moved films --as ${file}`);
    await untilSharers(1);
    await alice.kill();
    alice = cluster.client([], 'alice');
    await untilSharers(1);
  });
});

test.skipIf(process.platform !== 'linux')('a file in two groups, or shared again, is read once', async () => {
  await alice.succeed('create_group music');
  const { files } = await alice.succeed('list_files films');
  const { root } = files.find((row: { file: string }) => row.file === file);
  const before = await bytesRead(alice);
  expect((await alice.succeed(`upload_file ${file} music`)).root).toBe(root);
  expect((await alice.succeed(`upload_file ${file} films`)).root).toBe(root);
  expect((await bytesRead(alice)) - before).toBeLessThan(MIB);
  await writeTestFile(inCluster(file), 3 * MIB, 99);
  await alice.succeed(`upload_file ${file} music --as another`);
  expect((await bytesRead(alice)) - before, 'it would be noticed').toBeGreaterThan(3 * MIB);
});

/** All that a process has read so far. */
async function bytesRead({ pid }: ClientProgram): Promise<number> {
  return Number(/^rchar: (\d+)/m.exec(await readFile(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

test('a damaged library is told of; what can be read of it is used, and the rest can be shared again', async () => {
  await alice.stop();
  const store = join(cluster.directory, 'clients', 'alice', 'library', 'store');
  const [journal = ''] = (await readdir(store)).filter((name) => name.endsWith('.log'));
  await truncate(join(store, journal), 10);
  alice = cluster.client([], 'alice');
  await alice.errorLine((line) => line.includes('was damaged'));
  await alice.succeed(`upload_file ${file} films`);
  await untilSharers(1);
});
