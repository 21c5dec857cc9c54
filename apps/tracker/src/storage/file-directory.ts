/** A data directory as `recover` reads it: before the tracker serves anybody, and so without letting others have a turn. */
import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DirectoryReader } from '@p2p/state';

/** Few and large: every one that is left behind makes the collector of garbage look at all there is. */
const MAX_CHUNK_BYTES = 256 * 1024 * 1024;

export function fileDirectory(directory: string): DirectoryReader {
  return {
    list: () => readdirSync(directory),
    size: (file) => statSync(join(directory, file)).size,
    read: (file, offset = 0) => chunksOf(join(directory, file), offset),
  };
}

function* chunksOf(path: string, offset: number): Generator<Uint8Array> {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    for (let at = offset; at < size; ) {
      const chunk = Buffer.allocUnsafeSlow(Math.min(size - at, MAX_CHUNK_BYTES));
      const bytes = readSync(descriptor, chunk, 0, chunk.length, at);
      if (bytes === 0) return;
      yield chunk.subarray(0, bytes);
      at += bytes;
    }
  } finally {
    closeSync(descriptor);
  }
}
