/**
 * A file beyond 4 GiB, which holds little but zeros so that no disk fills up. All of it is hashed, and only some of it
 * is fetched: enough pieces from all over it that some with other bytes than zeros are among them.
 */
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Cluster, gatherGroup } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const FILE_BYTES = 20 * GIB;
/** Every so often there are some bytes that tell where they belong. */
const MARK_EVERY = 16 * MIB;
const MARK_BYTES = 16 * 1024;
/** Of 40,960 pieces 512: that none of the thousand marked ones beyond 4 GiB is among them happens once in 400,000 times. */
const FETCHED_BYTES = 256 * MIB;

let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.start(1);
});
afterAll(() => cluster?.stop());

const marks = Array.from({ length: FILE_BYTES / MARK_EVERY }, (_, index) => index * MARK_EVERY + MIB);

function markAt(offset: number): Buffer {
  return Buffer.alloc(MARK_BYTES, `these bytes belong at ${offset}. `);
}

async function makeFile(path: string): Promise<void> {
  const file = await open(path, 'w');
  await file.truncate(FILE_BYTES);
  for (const offset of marks) await file.write(markAt(offset), 0, MARK_BYTES, offset);
  await file.close();
}

/** What has come of a mark: nothing, all of it, or something else. */
async function cameAt(file: FileHandle, offset: number): Promise<'nothing' | 'mark' | 'something else'> {
  const found = Buffer.alloc(MARK_BYTES);
  await file.read(found, 0, MARK_BYTES, offset);
  if (found.equals(markAt(offset))) return 'mark';
  return found.equals(Buffer.alloc(MARK_BYTES)) ? 'nothing' : 'something else';
}

test('a file of 20 GiB is shared, and what is fetched of it lies where it belongs', { timeout: 600_000 }, async () => {
  const [alice, bob] = await gatherGroup(cluster, 'films', ['alice', 'bob']);
  await makeFile(join(cluster.directory, 'large.img'));
  // On a busy machine this takes longer than any other command may.
  alice.write('upload_file large.img films');
  const shared = await alice.output.find((line) => JSON.parse(line).command === 'upload_file');
  expect(JSON.parse(shared)).toMatchObject({ ok: true, result: { file: 'large.img', bytes: FILE_BYTES } });

  const folder = await cluster.folder('copies');
  await bob.succeed('download_file films large.img copies/');
  await bob.output.find((line) => {
    const { event, done } = JSON.parse(line);
    return event === 'download' && done >= FETCHED_BYTES;
  });
  await bob.succeed('pause films large.img');
  const [row] = (await bob.succeed('show_downloads')).downloads;
  expect(row).toMatchObject({ state: 'paused', bytes: FILE_BYTES });

  const names = await readdir(folder);
  expect(names).toHaveLength(1);
  const part = await open(join(folder, names[0] ?? ''));
  const came = await Promise.all(marks.map(async (offset) => ({ offset, what: await cameAt(part, offset) })));
  await part.close();
  expect(came.filter(({ what }) => what === 'something else')).toEqual([]);
  expect(came.filter(({ what, offset }) => what === 'mark' && offset > 4 * GIB)).not.toEqual([]);

  expect(await bob.succeed('cancel films large.img')).toMatchObject({ state: 'failed' });
  expect(await readdir(folder)).toEqual([]);
});
