/** Files that change after they were shared: nobody gets a wrong byte, and the sharer is told. */
import { appendFile, open, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, gatherGroup, sha256OfFile, writeTestFile } from '@p2p/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const MIB = 1024 * 1024;

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start();
  [alice, bob] = await gatherGroup(cluster, 'films', [
    ['alice', '--upload-limit', String(4 * MIB)],
    ['bob', '--give-up', '3'],
  ]);
});
afterAll(() => cluster.stop());

async function overwriteOneByte(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.write('x', MIB);
  await file.close();
}

/** Another file of the same size moves into its place. */
async function replace(path: string): Promise<void> {
  await writeTestFile(`${path}.new`, 2 * MIB, 99);
  await rename(`${path}.new`, path);
}

const isFile = (name: string) => (row: { file: string }) => row.file === name;

const changes = new Map<string, (path: string) => Promise<void>>([
  ['one byte overwritten', overwriteOneByte],
  ['appended to', (path) => appendFile(path, 'more')],
  ['cut', (path) => truncate(path, MIB)],
  ['emptied', (path) => writeFile(path, '')],
  ['replaced', replace],
  ['deleted', (path) => rm(path)],
]);

describe('between being shared and being asked for', () => {
  // All at once: each download takes its time to give up.
  beforeAll(async () => {
    for (const [what, change] of changes) {
      const path = join(cluster.directory, what);
      await writeTestFile(path, 2 * MIB);
      await alice.succeed(`upload_file "${what}" films`);
      await change(path);
      await bob.succeed(`download_file films "${what}" "copy of ${what}"`);
    }
  });

  test.each([...changes.keys()])('%s', async (what) => {
    const failed = await bob.event((event) => event.state === 'failed' && event.file === what);
    expect(failed.error?.code).toBe('no_peers');
    await alice.errorLine((line) => line.includes(what));
    await bob.until('list_files films', ({ files }) => files.find(isFile(what)).sharers === 0);
  });

  test('nothing lies where the copies would', async () => {
    expect((await readdir(cluster.directory)).filter((name) => name.includes('copy of'))).toEqual([]);
  });
});

test('changed in the middle of a transfer', async () => {
  const path = join(cluster.directory, 'long');
  await writeTestFile(path, 12 * MIB);
  await alice.succeed('upload_file long films');
  // Slow enough that there is a middle.
  await alice.succeed(`limit up ${2 * MIB}`);
  await bob.succeed('download_file films long long-copy');
  await bob.until('show_downloads', ({ downloads }) => {
    const { state, done } = downloads.find(isFile('long'));
    return state === 'downloading' && done > 0;
  });
  await overwriteOneByte(path);
  const failed = await bob.event((event) => event.state === 'failed' && event.file === 'long');
  await alice.succeed('limit up 0');
  expect(failed.error?.code).toBe('no_peers');
});

test('a file that has moved is shared again from its new place', async () => {
  const path = join(cluster.directory, 'nomad');
  await writeTestFile(path, 2 * MIB);
  await alice.succeed('upload_file nomad films');
  await rename(path, `${path}-moved`);
  await alice.succeed('upload_file nomad-moved films --as nomad');
  await bob.succeed('download_file films nomad nomad-copy');
  await bob.event((event) => event.state === 'complete' && event.file === 'nomad');
  expect(await sha256OfFile(join(cluster.directory, 'nomad-copy'))).toBe(await sha256OfFile(`${path}-moved`));
});
