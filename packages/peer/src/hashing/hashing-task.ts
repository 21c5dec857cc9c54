/**
 * What is done away from the main thread: to verify a piece and write it where it belongs, and to hash pieces of a file.
 * Runs in any thread.
 */
import { readSync, writeSync } from 'node:fs';
import { HASH_BYTES, hashOfLeaves, leafHashes, type PieceGeometry, pieceHash, pieceRange } from '@p2p/swarm';
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

/** Of this thread: what it reads is hashed before it reads on, as long as the processor's own memory holds it. */
const reading = new Uint8Array(256 * 1024);

function hashPieces({ file, geometry, first, end }: HashTask): HashResult {
  const hashes = new Uint8Array((end - first) * HASH_BYTES);
  try {
    for (let index = first; index < end; index++) {
      const leaves = leavesOf(file, pieceRange(index, geometry));
      if (leaves === undefined) return { is: 'cut' };
      hashes.set(hashOfLeaves(sha256, leaves, geometry), (index - first) * HASH_BYTES);
    }
    return { is: 'hashed', hashes };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { is: 'unreadable', message: error.message };
  }
}

/** The hashes of the leaves in `[start, end)` of a file; undefined where it ends before. */
function leavesOf(file: number, { start, end }: { start: number; end: number }): Uint8Array | undefined {
  const leaves: Uint8Array[] = [];
  for (let at = start; at < end; at += reading.length) {
    const bytes = reading.subarray(0, end - at);
    if (!readAll(file, at, bytes)) return undefined;
    leaves.push(leafHashes(sha256, bytes));
  }
  return Buffer.concat(leaves);
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
