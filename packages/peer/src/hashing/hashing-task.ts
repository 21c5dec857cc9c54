/** What is done away from the main thread: to verify a piece and write it where it belongs. Runs in any thread. */
import { writeSync } from 'node:fs';
import { type PieceGeometry, pieceHash } from '@p2p/swarm';
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
