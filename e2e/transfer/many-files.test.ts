/** Hundreds of small files in a script: each is a download of its own, all arrive as they are, over one connection. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ClientProgram,
  Cluster,
  Forwarder,
  freePorts,
  gatherGroup,
  sha256OfFile,
  writeTestFile,
} from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';

const FILES = 300;
const FILE_BYTES = 4096;

let cluster: Cluster;
/** What leads to alice. */
let wire: Forwarder;
let alice: ClientProgram;
let bob: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start();
  const [port = 0] = await freePorts(1);
  wire = await Forwarder.start(port);
  const address = [`127.0.0.1:${wire.port}`, '--bind', `127.0.0.1:${port}`];
  [alice, bob] = await gatherGroup(cluster, 'notes', [['alice', ...address], 'bob']);
});
afterAll(async () => {
  await cluster.stop();
  await wire.close();
});

test('three hundred files in one go', async () => {
  const sources = await cluster.folder('sources');
  const names = Array.from({ length: FILES }, (_, index) => `note-${String(index).padStart(3, '0')}`);
  for (const [index, name] of names.entries()) await writeTestFile(join(sources, name), FILE_BYTES, index);
  const shared = await alice.script(names.map((name) => `upload_file sources/${name} notes`));
  expect(shared.filter(({ ok }) => !ok)).toEqual([]);
  const { files } = await bob.succeed('list_files notes');
  expect(files).toEqual(names.map((file) => expect.objectContaining({ file, bytes: FILE_BYTES, sharers: 1 })));

  const copies = await cluster.folder('copies');
  // The tracker has dialled alice, to see whether she can be reached.
  const before = wire.connections;
  const asked = await bob.script([...names.map((name) => `download_file notes ${name} copies/`), 'wait']);
  expect(asked.filter(({ ok }) => !ok)).toEqual([]);
  expect(asked.at(-1)?.result).toEqual({ complete: FILES, failed: 0 });
  expect(wire.connections - before).toBe(1);
  expect((await readdir(copies)).sort()).toEqual(names);
  for (const name of names) {
    expect(await sha256OfFile(join(copies, name)), name).toBe(await sha256OfFile(join(sources, name)));
  }
});
