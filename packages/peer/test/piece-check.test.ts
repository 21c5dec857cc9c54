/** What is found in a part file: pieces, and only pieces, whatever else lies there. */
import { link, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ContentHasher, type ContentTree } from '@p2p/swarm';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { PartFile, placeFor } from '../src/fetching/part-file.js';
import { piecesIn } from '../src/fetching/piece-check.js';
import { HashingPool } from '../src/hashing/hashing-pool.js';
import { sha256 } from '../src/sharing/sha256.js';
import { putIntoPart } from './part-bytes.js';
import { patternBytes } from './pattern-bytes.js';
import { temporaryDirectory } from './temporary-directory.js';

const PIECE = 262_144;

/** Pieces 1 and 3 are zeros; the last is short, and zeros as well. */
const bytes = patternBytes(5 * PIECE + 1_000);
for (const zeros of [1, 3, 5]) bytes.subarray(zeros * PIECE, (zeros + 1) * PIECE).fill(0);

function treeOf(content: Uint8Array) {
  const hasher = new ContentHasher(sha256, content.length, PIECE);
  hasher.update(content);
  return hasher.finish();
}

const hashing = new HashingPool();
const check = (tree: ContentTree, signal = new AbortController().signal) => piecesIn(part, { tree, hashing, signal });

let part: PartFile;
let partPath: string;

beforeEach(async () => {
  const place = placeFor(join(await temporaryDirectory(), 'a'));
  const opened = await PartFile.open(place);
  if (!opened.ok) throw new Error(opened.message);
  part = opened.part;
  partPath = place.partPath;
  onTestFinished(() => part.close());
});

it('whole pieces are found, and pieces of zeros in holes', async () => {
  const tree = treeOf(bytes);
  await putIntoPart(dirname(partPath), 2 * PIECE, bytes.subarray(2 * PIECE, 3 * PIECE));
  await putIntoPart(dirname(partPath), 4 * PIECE, patternBytes(PIECE).fill(7));
  await truncate(partPath, bytes.length);
  expect([...((await check(tree)) ?? [])]).toEqual([1, 2, 3, 5]);
});

it('what lies beyond the end of the file is not there', async () => {
  const tree = treeOf(bytes);
  await putIntoPart(dirname(partPath), 0, bytes.subarray(0, 3 * PIECE + 10));
  expect([...((await check(tree)) ?? [])]).toEqual([0, 1, 2]);
});

it('holes are no pieces of a file without zeros', async () => {
  const tree = treeOf(patternBytes(3 * PIECE));
  await truncate(partPath, 3 * PIECE);
  expect([...((await check(tree)) ?? [])]).toEqual([]);
});

it('it is broken off when nobody wants it any more', async () => {
  await putIntoPart(dirname(partPath), 0, bytes);
  expect(await check(treeOf(bytes), AbortSignal.abort())).toBeUndefined();
});

it('a part file that has a second name is not opened', async () => {
  await link(partPath, `${partPath}-too`);
  expect(await PartFile.find({ path: 'a', partPath })).toBeUndefined();
  expect(await PartFile.open({ path: 'a', partPath })).toMatchObject({ code: 'destination_exists' });
});
