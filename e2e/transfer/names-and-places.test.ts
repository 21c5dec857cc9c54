/** What files may be called, and where downloads go: nothing is ever overwritten, nothing half-written is left. */
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, gatherGroup } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;
/** Waits for what nobody shares yet. */
let carol: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start();
  [alice, bob, carol] = await gatherGroup(cluster, 'films', ['alice', ['bob', '--give-up', '1'], 'carol']);
  await writeFile(join(cluster.directory, 'note'), 'the content');
  await alice.succeed('upload_file note films');
});
afterAll(() => cluster.stop());

const inFolder = (...names: string[]): string => join(cluster.directory, ...names);

test.each([
  ['spaces', 'a file with spaces.txt'],
  ['quotes', "it's so.txt"],
  ['other scripts', 'журнал 日本語 🎬.mkv'],
  ['composed from parts', 'cafe\u0301.txt'],
  ['a leading dot', '.hidden'],
  ['a leading dash', '--json'],
  ['dollars, hashes and semicolons', '$HOME #1; rm -rf &.txt'],
  ['all the bytes there are', `${'ü'.repeat(127)}x`],
])('a name with %s', async (_what, name) => {
  await mkdir(inFolder('names'), { recursive: true });
  await writeFile(inFolder('names', name), name);
  const quoted = `"${name.replace(/[\\"$]/g, '\\$&')}"`;
  const { file } = await alice.succeed(`upload_file "names/${quoted.slice(1)} films`);
  expect(file).toBe(name.normalize('NFC'));
  const target = await cluster.folder('names got');
  await bob.succeed(`download_file films ${quoted} "names got/"`);
  await bob.event((event) => event.state === 'complete' && event.file === file);
  expect(await readFile(join(target, file), 'utf8')).toBe(name);
});

test('under another name', async () => {
  expect(await alice.succeed('upload_file note films --as "Another Name"')).toMatchObject({ file: 'Another Name' });
  expect(await bob.succeed('download_file films "Another Name" another')).toMatchObject({ path: inFolder('another') });
  await bob.event((event) => event.state === 'complete' && event.file === 'Another Name');
});

test('into a directory, with and without a slash at its end', async () => {
  await cluster.folder('one');
  await cluster.folder('two');
  expect(await bob.succeed('download_file films note one')).toMatchObject({ path: inFolder('one', 'note') });
  await bob.succeed('wait');
  expect(await bob.succeed('download_file films note two/')).toMatchObject({ path: inFolder('two', 'note') });
  await bob.succeed('wait');
  expect(await readFile(inFolder('two', 'note'), 'utf8')).toBe('the content');
});

test('never over something that is there', async () => {
  await writeFile(inFolder('precious'), 'mine');
  await symlink('nowhere', inFolder('dangling'));
  expect(await bob.refused('download_file films note precious')).toBe('destination_exists');
  expect(await bob.refused('download_file films note dangling')).toBe('destination_exists');
  expect(await readFile(inFolder('precious'), 'utf8')).toBe('mine');
});

test('not where no directory is', async () => {
  expect(await bob.refused('download_file films note missing/')).toBe('destination_unwritable');
  expect(await bob.refused('download_file films note missing/note')).toBe('destination_unwritable');
  expect(await readdir(cluster.directory)).not.toContain('missing');
});

test('what comes into the way during the download is not overwritten, and the download fails', async () => {
  await cluster.folder('contested');
  await writeFile(inFolder('contested.txt'), 'of alice');
  await alice.succeed('upload_file contested.txt films');
  await alice.succeed('stop_share films contested.txt');
  await carol.succeed('download_file films contested.txt contested/');
  // Its part file lies beside what is about to come.
  await expect.poll(() => readdir(inFolder('contested'))).not.toEqual([]);
  await writeFile(inFolder('contested', 'contested.txt'), 'mine');
  await alice.succeed('upload_file contested.txt films');
  const failed = await carol.event((event) => event.state === 'failed' && event.file === 'contested.txt');
  expect(failed.error?.code).toBe('destination_exists');
  expect(await readdir(inFolder('contested'))).toEqual(['contested.txt']);
  expect(await readFile(inFolder('contested', 'contested.txt'), 'utf8')).toBe('mine');
});

test('a download that fails leaves nothing under any name', async () => {
  await cluster.folder('empty');
  // Content of its own: what bob has under another name he needn't fetch.
  await writeFile(inFolder('lonely.txt'), 'nobody else has this');
  await alice.succeed('upload_file lonely.txt films');
  await alice.succeed('stop_share films lonely.txt');
  await bob.succeed('download_file films lonely.txt empty/');
  const failed = await bob.event((event) => event.state === 'failed' && event.file === 'lonely.txt');
  expect(failed.error?.code).toBe('no_peers');
  expect(await readdir(inFolder('empty'))).toEqual([]);
});
