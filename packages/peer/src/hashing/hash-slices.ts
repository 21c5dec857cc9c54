/** The hashes of a file's pieces, slice by slice on all threads. */
import type { PieceGeometry } from '@p2p/swarm';
import type { HashingPool } from './hashing-pool.js';
import type { HashResult } from './hashing-task.js';

/** Hashed at a time, by one thread. */
const SLICE_BYTES = 1024 * 1024;

export interface Slices {
  /** A file that is open for reading, by its descriptor. */
  readonly file: number;
  readonly geometry: PieceGeometry;
  /** Of the pieces before this one. */
  readonly end: number;
  /** What has come of the pieces from `first` on, in any order. False: that's enough. */
  take(first: number, result: HashResult): boolean;
}

/** When it resolves, or rejects because a thread has died, nothing reads the file any more. */
export async function hashSlices({ file, geometry, end, take }: Slices, hashing: HashingPool): Promise<void> {
  const length = Math.max(1, SLICE_BYTES / geometry.pieceLength);
  let next = 0;
  let isEnough = false;
  const goOn = async (): Promise<void> => {
    while (next < end && !isEnough) {
      const first = next;
      next = Math.min(first + length, end);
      if (!take(first, await hashing.hash({ file, geometry, first, end: next }))) isEnough = true;
    }
  };
  // Two for each thread: it has the next one when it is done with one.
  const settled = await Promise.allSettled(Array.from({ length: 2 * hashing.hashThreads }, goOn));
  const rejected = settled.find((each) => each.status === 'rejected');
  if (rejected !== undefined) throw rejected.reason;
}
