/** Files with content that can be made again from a number, and what tells two of them apart. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

const CHUNK_BYTES = 1024 * 1024;

/** Writes `bytes` bytes that depend on `seed` alone and repeat nowhere. */
export async function writeTestFile(path: string, bytes: number, seed = 1): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (let at = 0, index = 0; at < bytes; at += CHUNK_BYTES, index++) {
      const chunk = testChunk(seed, index);
      await file.write(chunk, 0, Math.min(CHUNK_BYTES, bytes - at), at);
    }
  } finally {
    await file.close();
  }
}

/** SHA-256 of a file, 64 hex digits. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: CHUNK_BYTES }), hash);
  return hash.digest('hex');
}

/** A pseudo-random megabyte: xorshift32 (Marsaglia, 2003), seeded by the two numbers. */
function testChunk(seed: number, index: number): Uint8Array {
  const words = new Uint32Array(CHUNK_BYTES / 4);
  let word = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0 || 1;
  for (let at = 0; at < words.length; at++) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    words[at] = word;
  }
  return new Uint8Array(words.buffer);
}
