/** Looks through what lies in a part file for pieces of the file: which of them are whole, by their hashes. */
import { Bitfield, type ContentTree, expectedPieceHash, HASH_BYTES, type PieceGeometry } from '@p2p/swarm';
import type { HashingPool } from '../hashing/hashing-pool.js';
import type { HashResult } from '../hashing/hashing-task.js';
import type { PartFile } from './part-file.js';

export interface PieceCheck {
  readonly tree: ContentTree;
  readonly hashing: HashingPool;
  readonly signal: AbortSignal;
}

/** Undefined where `signal` was given meanwhile. Rejects as the system does. */
export async function piecesIn(part: PartFile, { tree, hashing, signal }: PieceCheck): Promise<Bitfield | undefined> {
  const { geometry } = tree;
  const found = new Bitfield(geometry.pieceCount);
  // What can't be read has to come again.
  const take = (first: number, result: HashResult): boolean => {
    const hashes = result.is === 'hashed' ? result.hashes : new Uint8Array();
    for (let at = 0; at < hashes.length; at += HASH_BYTES) {
      const index = first + at / HASH_BYTES;
      const hash = hashes.subarray(at, at + HASH_BYTES);
      if (Buffer.compare(hash, expectedPieceHash(tree, index)) === 0) found.add(index);
    }
    return !signal.aborted;
  };
  if (!signal.aborted) await part.hash({ geometry, end: wholePieces(await part.size(), geometry), take }, hashing);
  return signal.aborted ? undefined : found;
}

/** Pieces that end within so many bytes. */
function wholePieces(size: number, { bytes, pieceLength, pieceCount }: PieceGeometry): number {
  return size >= bytes ? pieceCount : Math.floor(size / pieceLength);
}
