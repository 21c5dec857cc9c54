/** Makes the content tree of a file on disk, and makes sure that it was one and the same file all the while. */
import type { FileHandle } from 'node:fs/promises';
import { MAX_FILE_BYTES, type Refusal, refusal } from '@p2p/protocol';
import { type ContentTree, geometryOf, HASH_BYTES, type PieceGeometry, pieceLengthFor, treeOfPieces } from '@p2p/swarm';
import { openRegular } from '@p2p/transport';
import { isSystemError } from '../data-directory/system-files.js';
import { hashSlices } from '../hashing/hash-slices.js';
import type { HashingPool } from '../hashing/hashing-pool.js';
import type { HashResult } from '../hashing/hashing-task.js';
import { type FileStamp, isUnchanged, stampOf } from './file-stamp.js';
import { sha256 } from './sha256.js';

export type HashedFile =
  | { readonly ok: true; readonly tree: ContentTree; readonly stamp: FileStamp }
  /** `file_unreadable`, or `file_changed` where it was written to meanwhile. */
  | Refusal;

/** Whether `path` is a regular file that can be opened for reading. */
export async function checkReadable(path: string): Promise<Refusal | undefined> {
  const file = await openSource(path);
  if ('code' in file) return file;
  await file.close();
  return undefined;
}

type Progress = (done: number, bytes: number) => void;

/** `progress` is called with the bytes hashed so far after each step. */
export async function hashFile(path: string, progress: Progress, hashing: HashingPool): Promise<HashedFile> {
  const file = await openSource(path);
  if ('code' in file) return file;
  try {
    return await hashOpenFile(file, path, (geometry) => hashPieces({ file: file.fd, geometry, progress }, hashing));
  } catch (error) {
    if (isSystemError(error)) return refusal('file_unreadable', `${path} cannot be read: ${error.message}`);
    throw error;
  } finally {
    await file.close();
  }
}

async function openSource(path: string): Promise<FileHandle | Refusal> {
  try {
    return (await openRegular(path)) ?? refusal('file_unreadable', `${path} is not a regular file`);
  } catch (error) {
    if (isSystemError(error)) return refusal('file_unreadable', `${path} cannot be read: ${error.message}`);
    throw error;
  }
}

async function hashOpenFile(
  file: FileHandle,
  path: string,
  hashAll: (geometry: PieceGeometry) => Promise<HashResult>,
): Promise<HashedFile> {
  const changed = refusal('file_changed', `${path} was written to while it was hashed – try again`);
  const stamp = stampOf(await file.stat({ bigint: true }));
  const bytes = Number(stamp.bytes);
  if (bytes > MAX_FILE_BYTES) return refusal('limit_reached', `${path} is larger than any file may be`);
  const geometry = geometryOf(bytes, pieceLengthFor(bytes));
  const hashed = await hashAll(geometry);
  if (hashed.is === 'unreadable') return refusal('file_unreadable', `${path} cannot be read: ${hashed.message}`);
  if (hashed.is === 'cut' || !isUnchanged(stamp, await file.stat({ bigint: true }))) return changed;
  return { ok: true, tree: treeOfPieces(sha256, hashed.hashes, geometry), stamp };
}

interface Hashing {
  readonly file: number;
  readonly geometry: PieceGeometry;
  readonly progress: Progress;
}

/** The hashes of all pieces. */
async function hashPieces({ file, geometry, progress }: Hashing, hashing: HashingPool): Promise<HashResult> {
  const { pieceCount, pieceLength, bytes } = geometry;
  const hashes = new Uint8Array(pieceCount * HASH_BYTES);
  let done = 0;
  let failure: HashResult | undefined;
  const take = (first: number, result: HashResult): boolean => {
    if (result.is !== 'hashed') {
      failure = result;
      return false;
    }
    hashes.set(result.hashes, first * HASH_BYTES);
    const end = first + result.hashes.length / HASH_BYTES;
    done += Math.min(end * pieceLength, bytes) - first * pieceLength;
    progress(done, bytes);
    return true;
  };
  await hashSlices({ file, geometry, end: pieceCount, take }, hashing);
  return failure ?? { is: 'hashed', hashes };
}
