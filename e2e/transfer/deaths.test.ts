/** Programs that die in the middle of a transfer: whoever is left finishes, whoever comes back goes on. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ClientEvent,
  type ClientProgram,
  Cluster,
  gatherGroup,
  passwordOf,
  sha256OfFile,
  writeTestFile,
} from '@p2p/harness';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

const MIB = 1024 * 1024;
const FILE_BYTES = 8 * MIB;
/** So that a transfer takes a while and can be interrupted. */
const SLOWLY = ['--upload-limit', String(3 * MIB)];

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;
let carol: ClientProgram;
let testNumber = 0;
/** Every test has a file of its own, shared by alice, and a folder for it. */
let file: string;
let downloads: string;
let source: string;

beforeAll(async () => {
  cluster = await Cluster.start();
  [alice, bob, carol] = await gatherGroup(cluster, 'films', [
    ['alice', ...SLOWLY],
    ['bob', ...SLOWLY],
    ['carol', '--give-up', '3'],
  ]);
});
afterAll(() => cluster.stop());

beforeEach(async () => {
  file = `film-${++testNumber}`;
  source = join(cluster.directory, file);
  await writeTestFile(source, FILE_BYTES, testNumber);
  downloads = await cluster.folder(`downloads-${testNumber}`);
  if (!alice.running) alice = await startedAgain('alice');
  if (!bob.running) bob = await startedAgain('bob');
  await alice.succeed(`upload_file ${file} films`);
});

/** The client of this user once more, logged in as before. */
async function startedAgain(user: 'alice' | 'bob'): Promise<ClientProgram> {
  const client = cluster.client(SLOWLY, user);
  await client.succeed(`login ${user} ${passwordOf(user)}`);
  return client;
}

const hasEnded = (event: ClientEvent): boolean =>
  event.file === file && (event.state === 'complete' || event.state === 'failed');

/** Asks for the test's file, into its folder. */
async function download(client: ClientProgram, name = file): Promise<void> {
  await client.succeed(`download_file films ${file} downloads-${testNumber}/${name}`);
}

interface DownloadRow {
  readonly file: string;
  readonly state: string;
  readonly done: number;
  readonly peers: number;
}

const rowOf = ({ downloads: rows }: { downloads: DownloadRow[] }): DownloadRow | undefined =>
  rows.find((row) => row.file === file);

/** Waits until some of the file is there. It is asked for: a quick transfer may be over before it tells of progress. */
async function untilUnderWay(client: ClientProgram): Promise<void> {
  await client.until('show_downloads', (shown) => {
    const row = rowOf(shown);
    return row?.state === 'downloading' && row.done > 0;
  });
}

/** What was there half a second ago, and so is remembered by now. */
async function untilRemembered(client: ClientProgram): Promise<DownloadRow> {
  await untilUnderWay(client);
  const first = rowOf(await client.succeed('show_downloads'));
  await client.refused('wait 0.6');
  if (first === undefined) throw new Error('there is no download');
  return first;
}

async function expectWhole(path: string): Promise<void> {
  expect(await sha256OfFile(path)).toBe(await sha256OfFile(source));
}

test('several sharers serve one download', async () => {
  await bob.succeed(`upload_file ${file} films`);
  await download(carol);
  await carol.until('show_downloads', (shown) => rowOf(shown)?.peers === 2);
  expect(await carol.event(hasEnded)).toMatchObject({ state: 'complete' });
  await expectWhole(join(downloads, file));
});

test('a seeder is killed, another one has the file: the download completes', async () => {
  await bob.succeed(`upload_file ${file} films`);
  await download(carol);
  await untilUnderWay(carol);
  await alice.kill();
  expect(await carol.event(hasEnded)).toMatchObject({ state: 'complete' });
  await expectWhole(join(downloads, file));
});

test('the only seeder is killed and comes back: it shares again, and the download goes on where it was', async () => {
  await download(bob);
  await untilUnderWay(bob);
  await alice.kill();
  const row = rowOf(await bob.succeed('show_downloads'));
  expect(row).toMatchObject({ state: 'downloading' });
  expect(row?.done).toBeGreaterThan(0);
  alice = await startedAgain('alice');
  expect(await bob.event(hasEnded)).toMatchObject({ state: 'complete' });
  await expectWhole(join(downloads, file));
});

test('the only seeder is killed and stays away: no_peers; asked for again when it is back, it goes on', async () => {
  await download(carol);
  await untilUnderWay(carol);
  await alice.kill();
  expect((await carol.event(hasEnded)).error?.code).toBe('no_peers');
  expect(await readdir(downloads)).toEqual([expect.stringMatching(/p2p-part$/)]);
  alice = await startedAgain('alice');
  const from = carol.printed;
  await download(carol);
  expect((await carol.event((event) => event.file === file, from)).done).toBeGreaterThan(0);
  expect(await carol.event(hasEnded, from)).toMatchObject({ state: 'complete' });
  await expectWhole(join(downloads, file));
  expect(await readdir(downloads)).toEqual([file]);
});

test('who has downloaded serves the next one when the first seeder is gone', async () => {
  await download(bob);
  expect(await bob.event(hasEnded)).toMatchObject({ state: 'complete' });
  await alice.kill();
  await download(carol, `${file}-carol`);
  expect(await carol.event(hasEnded)).toMatchObject({ state: 'complete' });
  await expectWhole(join(downloads, `${file}-carol`));
});

test('a downloader is killed: nothing lies under the final name, and the next run goes on by itself', async () => {
  await download(bob);
  const { done } = await untilRemembered(bob);
  await bob.kill();
  expect(await readdir(downloads)).toEqual([expect.stringMatching(/p2p-part$/)]);
  bob = await startedAgain('bob');
  expect(rowOf(await bob.succeed('show_downloads'))?.done).toBeGreaterThanOrEqual(done);
  expect(await bob.refused(`download_file films ${file} elsewhere`)).toBe('already_exists');
  expect(await bob.event(hasEnded)).toMatchObject({ state: 'complete' });
  await expectWhole(join(downloads, file));
  expect(await readdir(downloads)).toEqual([file]);
});

test('a downloader that is killed again and again gets the file all the same', async () => {
  await download(bob);
  for (let kills = 0; kills < 3; kills++) {
    await untilUnderWay(bob);
    await bob.kill();
    bob = cluster.client(SLOWLY, 'bob');
  }
  expect(await bob.event(hasEnded)).toMatchObject({ state: 'complete' });
  await expectWhole(join(downloads, file));
});

test('a part file that was changed while the downloader was away is looked through', async () => {
  await download(bob);
  await untilRemembered(bob);
  await bob.kill();
  const [name = ''] = await readdir(downloads);
  const part = await open(join(downloads, name), 'r+');
  // Whatever lies at the beginning, it is something else now.
  await part.write(Buffer.alloc(MIB, 'x'), 0, MIB, 0);
  await part.close();
  bob = cluster.client(SLOWLY, 'bob');
  expect(await bob.event(hasEnded)).toMatchObject({ state: 'complete' });
  await expectWhole(join(downloads, file));
});

test('a downloader that is told to stop goes on at the next start', async () => {
  await download(bob);
  await untilUnderWay(bob);
  expect(await bob.stop()).toBe(1);
  expect(await readdir(downloads)).toEqual([expect.stringMatching(/p2p-part$/)]);
  bob = cluster.client(SLOWLY, 'bob');
  expect(await bob.event(hasEnded)).toMatchObject({ state: 'complete' });
  await expectWhole(join(downloads, file));
});
