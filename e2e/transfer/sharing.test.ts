/** Who shares what: second sharers, files in two groups, and every way of no longer sharing. */
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, gatherGroup, passwordOf } from '@p2p/harness';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;
let carol: ClientProgram;
let testNumber = 0;
/** A file of its own for every test. */
let file: string;

beforeAll(async () => {
  cluster = await Cluster.start();
  [alice, bob, carol] = await gatherGroup(cluster, 'films', ['alice', 'bob', ['carol', '--give-up', '3']]);
});
afterAll(() => cluster.stop());

beforeEach(async () => {
  file = `file-${++testNumber}`;
  await writeFile(join(cluster.directory, file), `content of ${file}`);
  await alice.succeed(`upload_file ${file} films`);
});

interface FileRow {
  readonly file: string;
  readonly sharers: number;
}

/** Waits until the tracker counts so many sharers of the test's file. */
async function untilSharers(sharers: number, asker = carol): Promise<void> {
  const isThere = (row: FileRow): boolean => row.file === file && row.sharers === sharers;
  await asker.until('list_files films', ({ files }) => files.some(isThere));
}

let copies = 0;
/** Asks for the test's file and waits for how it ends. */
async function download(client: ClientProgram): Promise<string | undefined> {
  const from = client.printed;
  await client.succeed(`download_file films ${file} copy-${++copies}`);
  const isEnd = ({ state }: { state?: string }): boolean => state === 'complete' || state === 'failed';
  const end = await client.event((event) => event.file === file && isEnd(event), from);
  return end.error?.code ?? end.state;
}

test('who uploads the same content under the same name becomes a sharer', async () => {
  const first = await alice.succeed('list_files films');
  await untilSharers(1);
  const again = await bob.succeed(`upload_file ${file} films`);
  expect(again.root).toBe(first.files.find((row: FileRow) => row.file === file).root);
  await untilSharers(2);
  await alice.succeed(`stop_share films ${file}`);
  await untilSharers(1);
  expect(await download(carol)).toBe('complete');
});

test('other content under a name that is taken is refused', async () => {
  await writeFile(join(cluster.directory, 'other'), 'other content');
  expect(await bob.refused(`upload_file other films --as ${file}`)).toBe('already_exists');
  await untilSharers(1);
});

test('--verify hashes a file of which nothing else tells that it has changed', async () => {
  const path = join(cluster.directory, `rotten-${file}`);
  const write = async (content: string): Promise<void> => {
    await writeFile(path, content);
    await utimes(path, 1_000_000_000, 1_000_000_000);
  };
  const upload = async (words: string): Promise<string> =>
    (await alice.succeed(`upload_file ${path} films ${words}`)).root;
  await write('content');
  const root = await upload(`--as ${file}-1`);
  await write('CONTENT');
  expect(await upload(`--as ${file}-2`)).toBe(root);
  expect(await upload(`--as ${file}-3 --verify`)).not.toBe(root);
  const sharers = new Map([
    [`${file}-1`, 0],
    [`${file}-2`, 0],
    [`${file}-3`, 1],
  ]);
  const isAsItIs = (row: FileRow): boolean => (sharers.get(row.file) ?? row.sharers) === row.sharers;
  await carol.until('list_files films', ({ files }) => files.every(isAsItIs));
});

test('who has downloaded a file shares it', async () => {
  expect(await download(bob)).toBe('complete');
  await untilSharers(2);
  await alice.succeed(`stop_share films ${file}`);
  await untilSharers(1);
  expect(await download(carol)).toBe('complete');
});

test('a client makes a second copy of what it alone shares', async () => {
  expect(await download(alice)).toBe('complete');
  await untilSharers(1);
});

test('stop_share: the file stays in the group, and nobody has it', async () => {
  await alice.succeed(`stop_share films ${file}`);
  await untilSharers(0);
  expect(await download(carol)).toBe('no_peers');
});

test('remove_file: the file is gone for everybody, and its name is free', async () => {
  await alice.succeed(`remove_file films ${file}`);
  expect(await carol.refused(`download_file films ${file} nothing`)).toBe('no_such_file');
  await writeFile(join(cluster.directory, 'other'), 'other content');
  await bob.succeed(`upload_file other films --as ${file}`);
  expect(await download(carol)).toBe('complete');
});

test('logout stops serving, the next log-in of the same user goes on with it', async () => {
  await alice.succeed('logout');
  await untilSharers(0);
  expect(await download(carol)).toBe('no_peers');
  await alice.succeed(`login alice ${passwordOf('alice')}`);
  await untilSharers(1);
  expect(await download(carol)).toBe('complete');
});

test('another user on the same client shares nothing of the one before', async () => {
  await alice.succeed('logout');
  await alice.succeed(`login bob ${passwordOf('bob')}`);
  await untilSharers(0);
  expect(await download(carol)).toBe('no_peers');
  await alice.succeed('logout');
  await alice.succeed(`login alice ${passwordOf('alice')}`);
  await untilSharers(1);
});

test('a file in two groups is found in each, by its members alone', async () => {
  await alice.succeed(`create_group songs-${file}`);
  await alice.succeed(`upload_file ${file} songs-${file}`);
  expect(await carol.refused(`download_file songs-${file} ${file} nothing`)).toBe('not_a_member');
  await alice.succeed(`stop_share films ${file}`);
  await untilSharers(0);
  const { files } = await alice.succeed(`list_files songs-${file}`);
  expect(files).toMatchObject([{ file, sharers: 1, by: 'alice' }]);
  await carol.succeed(`join_group songs-${file}`);
  await alice.succeed(`accept_request songs-${file} carol`);
  await carol.succeed(`download_file songs-${file} ${file} two-groups`);
  const ended = await carol.event(({ group, state }) => group === `songs-${file}` && state === 'complete');
  expect(ended.file).toBe(file);
});

test('who leaves or is removed sees nothing any more, and shares nothing', async () => {
  expect(await download(bob)).toBe('complete');
  await untilSharers(2);
  await bob.succeed('leave_group films');
  expect(await bob.refused('list_files films')).toBe('not_a_member');
  expect(await bob.refused(`download_file films ${file} nothing`)).toBe('not_a_member');
  await untilSharers(1);

  await bob.succeed('join_group films');
  await alice.succeed('accept_request films bob');
  await untilSharers(2);
  await alice.succeed('remove_member films bob');
  expect(await bob.refused('list_files films')).toBe('not_a_member');
  await untilSharers(1);
});
