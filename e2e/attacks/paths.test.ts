/**
 * Places on a member's machine that somebody else plays with while files are shared and fetched: nothing is published
 * elsewhere, nothing is overwritten, nothing but what was shared is given away, and nobody is held up by a pipe.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rename, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientEvent, type ClientProgram, Cluster, gatherGroup } from '@p2p/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** More than the threads that Node opens files with. */
const PIPES = 8;

let cluster: Cluster;
let alice: ClientProgram;
/** Gives up soon. */
let bob: ClientProgram;
/** Waits for what is held, however long it takes to be released. */
let carol: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start();
  [alice, bob, carol] = await gatherGroup(cluster, 'films', ['alice', ['bob', '--give-up', '2'], 'carol']);
  await writeFile(inFolder('note'), 'the content');
  await alice.succeed('upload_file note films');
});
afterAll(() => cluster.stop());

const inFolder = (...names: string[]): string => join(cluster.directory, ...names);

/** Shares new content as `name`, by nobody for now: carol's download of it waits for {@link release}. */
async function hold(name: string): Promise<void> {
  await writeFile(inFolder(name), `the content of ${name}`);
  await alice.succeed(`upload_file ${name} films`);
  await alice.succeed(`stop_share films ${name}`);
}

/**
 * The name of a download's part file, as soon as it lies in a folder that is empty otherwise. The command's answer is no
 * proof of it: it only says that the download was taken on.
 */
async function partIn(folder: string): Promise<string> {
  await expect.poll(() => readdir(inFolder(folder))).toEqual([expect.stringMatching(/p2p-part$/)]);
  const [part = ''] = await readdir(inFolder(folder));
  return part;
}

async function release(name: string): Promise<ClientEvent> {
  await alice.succeed(`upload_file ${name} films`);
  return carol.event((event) => event.file === name && ['complete', 'failed'].includes(event.state ?? ''));
}

describe('a download', () => {
  test('whose directory is swapped for a link in the middle goes nowhere', async () => {
    await hold('swapped');
    await cluster.folder('target');
    await cluster.folder('elsewhere');
    await carol.succeed('download_file films swapped target/');
    await partIn('target');
    await rename(inFolder('target'), inFolder('moved'));
    await symlink('elsewhere', inFolder('target'));
    expect(await release('swapped')).toMatchObject({ state: 'failed', error: { code: 'destination_unwritable' } });
    expect(await readdir(inFolder('elsewhere'))).toEqual([]);
    for (const left of await readdir(inFolder('moved'))) expect((await stat(inFolder('moved', left))).size).toBe(0);
  });

  test('whose part file was replaced does not publish what was planted', async () => {
    await hold('planted');
    await cluster.folder('shared place');
    await carol.succeed('download_file films planted "shared place/"');
    const part = await partIn('shared place');
    await unlink(inFolder('shared place', part));
    await writeFile(inFolder('shared place', part), 'something else');
    expect(await release('planted')).toMatchObject({ state: 'failed', error: { code: 'destination_unwritable' } });
    expect(await readdir(inFolder('shared place'))).toEqual([part]);
  });

  test('finds a link that came into its way, and touches neither it nor what it leads to', async () => {
    await hold('linked');
    await writeFile(inFolder('precious'), 'mine');
    await cluster.folder('contested');
    await carol.succeed('download_file films linked contested/');
    await partIn('contested');
    await symlink(inFolder('precious'), inFolder('contested', 'linked'));
    expect(await release('linked')).toMatchObject({ state: 'failed', error: { code: 'destination_exists' } });
    expect(await readFile(inFolder('precious'), 'utf8')).toBe('mine');
    expect(await readdir(inFolder('contested'))).toEqual(['linked']);
  });

  test('goes through a link that the person has named', async () => {
    await cluster.folder('real');
    await symlink('real', inFolder('by link'));
    await bob.succeed('download_file films note "by link/"');
    await bob.event((event) => event.path === inFolder('by link', 'note') && event.state === 'complete');
    expect(await readFile(inFolder('real', 'note'), 'utf8')).toBe('the content');
  });

  test.each([
    ['a device', '/dev/null', 'destination_exists'],
    ['below a device', '/dev/null/x', 'destination_unwritable'],
    ['below a file', 'note/x', 'destination_unwritable'],
    ['a file as a directory', 'note/', 'destination_unwritable'],
    ['where no file can be', '/proc/self/x', 'destination_unwritable'],
    ['with a null byte', '"a\0b"', 'destination_unwritable'],
    ['with a name too long', 'x'.repeat(300), 'destination_unwritable'],
    ['a pipe', 'a-pipe', 'destination_exists'],
    ['a link to itself', 'a-loop', 'destination_unwritable'],
    ['a directory that has it', 'has-it', 'destination_exists'],
  ])('to %s is refused', async (_what, destination, code) => {
    if (destination === 'a-pipe') execFileSync('mkfifo', [inFolder('a-pipe')]);
    if (destination === 'a-loop') await symlink('a-loop', inFolder('a-loop'));
    if (destination === 'has-it') await mkdir(inFolder('has-it', 'note'), { recursive: true });
    expect(await bob.refused(`download_file films note ${destination}`)).toBe(code);
  });

  test.each(['../note', '..', '.', '/etc/passwd', '..\\\\note', 'C:note', 'note:stream', 'NUL'])(
    'of a file called %s is refused before any tracker or disk is asked',
    async (name) => {
      expect(await bob.refused(`download_file films '${name}' ./`)).toBe('invalid_name');
      expect(await alice.refused(`upload_file note films --as '${name}'`)).toBe('invalid_name');
    },
  );

  test.each(['C:\\evil.txt', '\\\\server\\share', 'x:stream', 'a\\..\\b'])(
    'to %s is to one file of that name here',
    async (name) => {
      const folder = await cluster.folder('names of another system');
      await bob.succeed(`download_file films note 'names of another system/${name}'`);
      await bob.event((event) => event.path === join(folder, name) && event.state === 'complete');
      expect(await readdir(folder)).toContain(name);
    },
  );
});

describe('a shared file', () => {
  test('that is swapped for a link to a secret gives nothing of it away, and is withdrawn', async () => {
    const secret = 'secret-'.repeat(3);
    await writeFile(inFolder('secret'), secret);
    await writeFile(inFolder('bait'), 'bait---'.repeat(3));
    await alice.succeed('upload_file bait films');
    await unlink(inFolder('bait'));
    await symlink('secret', inFolder('bait'));
    await cluster.folder('caught');
    await bob.succeed('download_file films bait caught/');
    const ended = await bob.event((event) => event.file === 'bait' && event.state === 'failed');
    expect(ended.error?.code).toBe('no_peers');
    expect(await readdir(inFolder('caught'))).toEqual([]);
    await alice.errorLine((line) => line.includes('bait in films is no'));
  });

  test('is never a pipe, a device or a directory, and nobody waits for one', async () => {
    for (let index = 0; index < PIPES; index++) {
      execFileSync('mkfifo', [inFolder(`pipe-${index}`)]);
      expect(await alice.refused(`upload_file pipe-${index} films`)).toBe('file_unreadable');
    }
    for (const path of ['/dev/zero', '/dev/tty', '.', '"a\0b/note"']) {
      expect(await alice.refused(`upload_file ${path} films --as x`)).toBe('file_unreadable');
    }
  });

  test('that has become a pipe holds up no other', async () => {
    const names = Array.from({ length: PIPES }, (_, index) => `becomes-a-pipe-${index}`);
    for (const name of names) {
      await writeFile(inFolder(name), name);
      await alice.succeed(`upload_file ${name} films`);
      await unlink(inFolder(name));
      execFileSync('mkfifo', [inFolder(name)]);
    }
    await cluster.folder('pipes');
    for (const name of names) await bob.succeed(`download_file films ${name} pipes/`);
    for (const name of names) await bob.event((event) => event.file === name && event.state === 'failed');
    await writeFile(inFolder('still there'), 'is alice?');
    await alice.succeed('upload_file "still there" films');
    await bob.succeed('download_file films "still there" pipes/');
    await bob.event((event) => event.file === 'still there' && event.state === 'complete');
    expect(await readdir(inFolder('pipes'))).toEqual(['still there']);
  });
});
