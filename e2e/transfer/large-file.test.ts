/**
 * A file beyond 4 GiB, which holds little but zeros so that no disk fills up. All of it is hashed, and only some of it
 * is fetched: enough pieces from all over it that some with other bytes than zeros are among them. By hand, with
 * LARGE_FILE=whole and 20 GiB of room, the rest is fetched as well.
 */
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, gatherGroup, sha256OfFile } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const FILE_BYTES = 20 * GIB;
/** Every so often there are some bytes that tell where they belong. */
const MARK_EVERY = 16 * MIB;
const MARK_BYTES = 16 * 1024;
/** Of 40,960 pieces 512: that none of the thousand marked ones beyond 4 GiB is among them happens once in 400,000 times. */
const FETCHED_BYTES = 256 * MIB;

const isWholeWanted = process.env.LARGE_FILE === 'whole';

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start(1);
  [alice, bob] = await gatherGroup(cluster, 'films', ['alice', 'bob']);
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

test.runIf(isWholeWanted)('and all of it arrives, where somebody has the time', { timeout: 3_600_000 }, async () => {
  const { path } = await bob.succeed('download_file films large.img copies/');
  const isTheEnd = ({ event, path: at, state }: { event?: string; path?: string; state?: string }) =>
    event === 'download' && (state === 'failed' || at === path);
  const ended = await bob.output.find((line) => isTheEnd(JSON.parse(line)), bob.printed);
  expect(JSON.parse(ended)).toMatchObject({ state: 'complete', bytes: FILE_BYTES });
  expect(await sha256OfFile(path)).toBe(await sha256OfFile(join(cluster.directory, 'large.img')));
});
