/**
 * Limits that are changed while something is under way: whoever waits, waits no longer than the new one asks for. And low
 * ones are nothing to give a download up for.
 */
import { join } from 'node:path';
import { type ClientProgram, Cluster, gatherGroup, registered, sha256OfFile, writeTestFile } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MIB = 1024 * 1024;

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start(1);
  [alice, bob] = await gatherGroup(cluster, 'films', [['alice', '--upload-limit', '1k'], 'bob']);
});

afterAll(() => cluster?.stop());

/** Bob fetches a file that is new; it is under way when this resolves. */
async function fetchNew(name: string, seed: number): Promise<string> {
  await writeTestFile(join(cluster.directory, name), 3 * MIB, seed);
  await alice.succeed(`upload_file ${name} films`);
  const { path } = await bob.succeed(`download_file films ${name} copy-of-${name}`);
  await bob.event((event) => event.event === 'download' && event.file === name && event.state === 'downloading');
  await bob.until('show_downloads', ({ downloads }) => downloads.at(-1).peers === 1);
  return path;
}

test('at a kilobyte a second a file takes an hour, and seconds once the sharer has raised the limit', async () => {
  const path = await fetchNew('sent.bin', 1);
  expect(await alice.succeed('limit up 0')).toEqual({ up: 0, down: 0 });
  expect(await bob.succeed('wait 60')).toEqual({ complete: 1, failed: 0 });
  expect(await sha256OfFile(path)).toBe(await sha256OfFile(join(cluster.directory, 'sent.bin')));
});

test('so it is with the limit of who downloads', async () => {
  expect(await bob.succeed('limit down 1k')).toEqual({ up: 0, down: 1024 });
  const path = await fetchNew('taken.bin', 2);
  expect(await bob.refused('wait 0.5')).toBe('timed_out');
  expect(await bob.succeed('limit down 0')).toEqual({ up: 0, down: 0 });
  expect(await bob.succeed('wait 60')).toEqual({ complete: 2, failed: 0 });
  expect(await sha256OfFile(path)).toBe(await sha256OfFile(join(cluster.directory, 'taken.bin')));
});

test('a download is not given up as long as something of it comes, however long a piece takes', async () => {
  const carol = await registered(cluster, 'carol', ['--give-up', '3', '--download-limit', '48k']);
  await carol.succeed('join_group films');
  await alice.succeed('accept_request films carol');
  await writeTestFile(join(cluster.directory, 'trickling.bin'), MIB / 4, 3);
  await alice.succeed('upload_file trickling.bin films');
  const { path } = await carol.succeed('download_file films trickling.bin trickled.bin');
  expect(await carol.succeed('wait 60')).toEqual({ complete: 1, failed: 0 });
  expect(await sha256OfFile(path)).toBe(await sha256OfFile(join(cluster.directory, 'trickling.bin')));
});
