/** Files of every awkward size: the root is BEP 52's, and the copy is the file. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, gatherGroup, sha256OfFile, writeTestFile } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { piecesRoot } from '../pieces-root.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const sizes = [0, 1, 16_383, 16_384, 16_385, 256 * KIB, 256 * KIB + 1, 5 * MIB + 3];

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start();
  [alice, bob] = await gatherGroup(cluster, 'films', ['alice', 'bob']);
});
afterAll(() => cluster.stop());

test.each(sizes)('%i bytes', async (bytes) => {
  const source = join(cluster.directory, `file-${bytes}`);
  await writeTestFile(source, bytes, bytes);
  const root = piecesRoot(await readFile(source));
  const file = `file-${bytes}`;
  const uploaded = await alice.succeed(`upload_file ${file} films`);
  expect(uploaded).toEqual({ group: 'films', file, bytes, root, replicated: true });

  const path = join(cluster.directory, `copy-${bytes}`);
  const started = await bob.succeed(`download_file films ${file} copy-${bytes}`);
  expect(started).toEqual({ group: 'films', file, bytes, path });
  const done = await bob.event((event) => event.file === file && event.state === 'complete');
  expect(done).toEqual({ event: 'download', group: 'films', file, state: 'complete', done: bytes, bytes, path, root });
  expect((await readFile(path)).equals(await readFile(source))).toBe(true);
  const isShared = (row: { file: string; sharers: number }): boolean => row.file === file && row.sharers === 2;
  await bob.until('list_files films', ({ files }) => files.some(isShared));
});

test('64 MiB, byte for byte', async () => {
  const source = join(cluster.directory, 'large');
  await writeTestFile(source, 64 * MIB, 64);
  await alice.succeed('upload_file large films');
  await bob.succeed('download_file films large large-copy');
  expect(await bob.succeed('wait')).toMatchObject({ failed: 0 });
  expect(await sha256OfFile(join(cluster.directory, 'large-copy'))).toBe(await sha256OfFile(source));
});
