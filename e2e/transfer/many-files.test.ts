/** Two hundred small files at once: each is a download of its own, and all of them arrive. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, gatherGroup } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';

const FILES = 200;

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start();
  [alice, bob] = await gatherGroup(cluster, 'notes', ['alice', 'bob']);
});
afterAll(() => cluster.stop());

test('two hundred files in one go', async () => {
  const sources = await cluster.folder('sources');
  const names = Array.from({ length: FILES }, (_, index) => `note-${String(index).padStart(3, '0')}.txt`);
  await Promise.all(names.map((name) => writeFile(join(sources, name), `content of ${name}`)));
  for (const name of names) await alice.succeed(`upload_file sources/${name} notes`);
  const { files } = await bob.succeed('list_files notes');
  expect(files.map(({ file }: { file: string }) => file)).toEqual(names);

  const copies = await cluster.folder('copies');
  for (const name of names) await bob.succeed(`download_file notes ${name} copies/`);
  expect(await bob.succeed('wait')).toEqual({ complete: FILES, failed: 0 });
  expect((await readdir(copies)).sort()).toEqual(names);
  for (const name of names) expect(await readFile(join(copies, name), 'utf8')).toBe(`content of ${name}`);
});
