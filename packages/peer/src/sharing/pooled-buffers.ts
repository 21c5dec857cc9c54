/**
 * Memory for pieces and blocks, shared with the threads that verify them. It is used again and again: to get fresh memory
 * of this size from the system costs more than to fill it.
 */
import { MAX_IDLE_BUFFER_BYTES } from '@p2p/protocol';

/** The smallest buffer; and what each has beside a power of two, for what goes in front of a whole piece. */
const STEP_BYTES = 32 * 1024;

export class PooledBuffers {
  /** By length; the one that was asked for last is the last. Few, so that what is idle is what is needed. */
  readonly #idle = new Map<number, SharedArrayBuffer[]>();
  #idleBytes = 0;

  /** Whatever was in it last is still there. To be given back once. */
  take(byteCount: number): Uint8Array {
    const length = lengthFor(byteCount);
    const idle = this.#idle.get(length) ?? [];
    this.#idle.delete(length);
    this.#idle.set(length, idle);
    const buffer = idle.pop();
    if (buffer !== undefined) this.#idleBytes -= length;
    return new Uint8Array(buffer ?? new SharedArrayBuffer(length), 0, byteCount);
  }

  giveBack({ buffer }: Uint8Array): void {
    if (!(buffer instanceof SharedArrayBuffer)) throw new TypeError('this was not taken here');
    const length = buffer.byteLength;
    this.#idleBytes += length;
    this.#idle.get(length)?.push(buffer);
    for (const [each, idle] of this.#idle) {
      if (this.#idleBytes <= MAX_IDLE_BUFFER_BYTES) return;
      this.#dropSome(each, idle);
    }
  }

  #dropSome(length: number, idle: SharedArrayBuffer[]): void {
    while (this.#idleBytes > MAX_IDLE_BUFFER_BYTES && idle.pop() !== undefined) this.#idleBytes -= length;
  }
}

function lengthFor(byteCount: number): number {
  let length = STEP_BYTES;
  while (length + STEP_BYTES < byteCount) length *= 2;
  return length + STEP_BYTES;
}
