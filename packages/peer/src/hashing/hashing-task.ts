/**
 * What is done away from the main thread: to verify a piece and write it where it belongs, and to hash pieces of a file.
 * Runs in any thread.
 */
import { readSync, writeSync } from 'node:fs';
import { HASH_BYTES, type Piece, type PieceGeometry, pieceHash, pieceRange } from '@p2p/swarm';
import { isSystemError } from '../data-directory/system-files.js';
import { sha256 } from '../sharing/sha256.js';

/** A whole piece, as somebody has sent it. */
export interface KeepTask {
  readonly index: number;
  /** Shared with the thread that does this: nobody changes them meanwhile. */
  readonly bytes: Uint8Array;
  readonly geometry: PieceGeometry;
  /** The hash that the piece must have. */
  readonly expected: Uint8Array;
  /** A file that is open for writing, by its descriptor, and where in it the piece belongs. */
  readonly file: number;
  readonly offset: number;
}

export type KeepResult =
  | { readonly is: 'kept' }
  /** Not the piece: nothing was written. */
  | { readonly is: 'wrong' }
  /** The system's error, in a form that can be posted. */
  | { readonly is: 'unwritable'; readonly code: string; readonly message: string };

/** Pieces `first` … `end - 1` of a file that is open for reading. */
export interface HashTask {
  readonly file: number;
  readonly geometry: PieceGeometry;
  readonly first: number;
  readonly end: number;
}

export type HashResult =
  /** 32 bytes for each piece. */
  | { readonly is: 'hashed'; readonly hashes: Uint8Array }
  /** The file is shorter than it was. */
  | { readonly is: 'cut' }
  | { readonly is: 'unreadable'; readonly message: string };

export type HashingTask = KeepTask | HashTask;
export type HashingResult = KeepResult | HashResult;

export function performTask(task: HashingTask): HashingResult {
  return 'bytes' in task ? keepPiece(task) : hashPieces(task);
}

/** `write`: puts bytes at an offset of the task's file; throws what the system says. */
export function keepPiece(task: KeepTask, write = writerTo(task.file)): KeepResult {
  const { index, bytes, geometry, expected } = task;
  if (Buffer.compare(pieceHash(sha256, { index, bytes }, geometry), expected) !== 0) return { is: 'wrong' };
  try {
    write(bytes, task.offset);
    return { is: 'kept' };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { is: 'unwritable', code: error.code, message: error.message };
  }
}

function writerTo(file: number): (bytes: Uint8Array, offset: number) => void {
  return (bytes, offset) => {
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(file, bytes, written, bytes.length - written, offset + written);
    }
  };
}

/** Of this thread: what it reads is hashed before it reads on. */
let reading = new Uint8Array(0);

function hashPieces({ file, geometry, first, end }: HashTask): HashResult {
  if (reading.length < geometry.pieceLength) reading = new Uint8Array(geometry.pieceLength);
  const hashes = new Uint8Array((end - first) * HASH_BYTES);
  try {
    for (let index = first; index < end; index++) {
      const { start, end: stop } = pieceRange(index, geometry);
      const bytes = reading.subarray(0, stop - start);
      if (!readAll(file, start, bytes)) return { is: 'cut' };
      hashes.set(hashOf({ index, bytes }, geometry), (index - first) * HASH_BYTES);
    }
    return { is: 'hashed', hashes };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { is: 'unreadable', message: error.message };
  }
}

/** A hole is compared with zeros so many bytes at a time, which is far quicker than to hash it. */
const ZEROS = new Uint8Array(64 * 1024);

/** The hash of a piece of zeros, of the length that was asked for last: where holes are, there may be thousands. */
let zeros: { readonly pieceLength: number; readonly hash: Uint8Array } | undefined;

function hashOf(piece: Piece, geometry: PieceGeometry): Uint8Array {
  const { pieceLength, pieceCount } = geometry;
  // The last one is short, and one that is alone has a tree of its own height.
  const isOrdinary = pieceCount > 1 && piece.bytes.length === pieceLength;
  if (!isOrdinary || !isZero(piece.bytes)) return pieceHash(sha256, piece, geometry);
  if (zeros?.pieceLength !== pieceLength) zeros = { pieceLength, hash: pieceHash(sha256, piece, geometry) };
  return zeros.hash;
}

function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const some = bytes.subarray(at, at + ZEROS.length);
    if (Buffer.compare(some, ZEROS.subarray(0, some.length)) !== 0) return false;
  }
  return true;
}

/** False where the file ends before. */
function readAll(file: number, offset: number, target: Uint8Array): boolean {
  for (let filled = 0; filled < target.length; ) {
    const bytesRead = readSync(file, target, filled, target.length - filled, offset + filled);
    if (bytesRead === 0) return false;
    filled += bytesRead;
  }
  return true;
}
