/** Looks through what lies in a part file for pieces of the file: which of them are whole, by their hashes. */
import { Bitfield, type ContentTree, expectedPieceHash, pieceHash, pieceRange, verifyPiece } from '@p2p/swarm';
import { sha256 } from '../sharing/sha256.js';
import type { PartFile } from './part-file.js';

/** A hole is compared with zeros so many bytes at a time, which is far quicker than to hash it. */
const ZEROS = new Uint8Array(64 * 1024);

/** Undefined where `signal` was given meanwhile. Rejects as the system does. */
export async function piecesIn(part: PartFile, tree: ContentTree, signal: AbortSignal): Promise<Bitfield | undefined> {
  const { geometry } = tree;
  const found = new Bitfield(geometry.pieceCount);
  const size = await part.size();
  const hashOfZeros = zeroHashes(tree);
  const buffer = new Uint8Array(Math.min(geometry.pieceLength, geometry.bytes));
  for (let index = 0; index < geometry.pieceCount; index++) {
    const { start, end } = pieceRange(index, geometry);
    if (end > size) break;
    if (signal.aborted) return undefined;
    const bytes = buffer.subarray(0, end - start);
    if (!(await part.read(start, bytes))) continue;
    const isThere = isZero(bytes)
      ? same(hashOfZeros(bytes), expectedPieceHash(tree, index))
      : verifyPiece(sha256, { index, bytes }, tree);
    if (isThere) found.add(index);
  }
  return found;
}

/** The hash of a piece of zeros, of each length once: where holes are, there may be thousands of them. */
function zeroHashes(tree: ContentTree): (zeros: Uint8Array) => Uint8Array {
  const byLength = new Map<number, Uint8Array>();
  const { geometry } = tree;
  return (zeros) => {
    const index = zeros.length === geometry.pieceLength ? 0 : geometry.pieceCount - 1;
    const known = byLength.get(zeros.length) ?? pieceHash(sha256, { index, bytes: zeros }, geometry);
    byLength.set(zeros.length, known);
    return known;
  };
}

function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const some = bytes.subarray(at, at + ZEROS.length);
    if (!same(some, ZEROS.subarray(0, some.length))) return false;
  }
  return true;
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
