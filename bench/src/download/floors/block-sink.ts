/** What becomes of received blocks: written where they belong, hashed before or not, in this thread or in another. */
import { hash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import type { Taking } from './node-pipe.js';

const LEAF_BYTES = 16 * 1024;
/** Received and not yet written, at most: the sender waits meanwhile. */
export const BLOCKS = 8;
export const BLOCK_BYTES = 1024 * 1024;

/** A block of the file, in memory that a worker can see. */
export interface Block {
  readonly buffer: Uint8Array<SharedArrayBuffer>;
  readonly offset: number;
  readonly length: number;
}

export interface BlockSink {
  /** Resolves when the block is written, and its buffer can be filled again. */
  put(block: Block): Promise<void>;
  /** After the last block. */
  close(): Promise<void>;
}

export async function openSink(path: string, how: Taking): Promise<BlockSink> {
  const file = await open(path, 'wx');
  return how === 'worker' ? new WorkerSink(file) : new HereSink(file, how === 'hash');
}

/** Of a real program's leaves more would become than this; none of it costs time. */
function hashLeaves(block: Uint8Array): void {
  for (let at = 0; at < block.length; at += LEAF_BYTES) hash('sha256', block.subarray(at, at + LEAF_BYTES), 'buffer');
}

/** In the worker. */
export function takeBlock(fd: number, { buffer, offset, length }: Block): void {
  const bytes = buffer.subarray(0, length);
  hashLeaves(bytes);
  for (let written = 0; written < length; ) {
    written += writeSync(fd, bytes, written, length - written, offset + written);
  }
}

class HereSink implements BlockSink {
  readonly #file: FileHandle;
  readonly #hashed: boolean;

  constructor(file: FileHandle, hashed: boolean) {
    this.#file = file;
    this.#hashed = hashed;
  }

  async put({ buffer, offset, length }: Block): Promise<void> {
    if (this.#hashed) hashLeaves(buffer.subarray(0, length));
    for (let written = 0; written < length; ) {
      written += (await this.#file.write(buffer, written, length - written, offset + written)).bytesWritten;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

class WorkerSink implements BlockSink {
  readonly #file: FileHandle;
  readonly #worker: Worker;
  /** In the order in which they were put, which is that in which they are done. */
  readonly #done: (() => void)[] = [];

  constructor(file: FileHandle) {
    this.#file = file;
    this.#worker = new Worker(new URL('node-pipe-worker.js', import.meta.url), { workerData: file.fd });
    this.#worker.on('message', () => this.#done.shift()?.());
  }

  put(block: Block): Promise<void> {
    this.#worker.postMessage(block);
    return new Promise((done) => this.#done.push(done));
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
    await this.#file.close();
  }
}
