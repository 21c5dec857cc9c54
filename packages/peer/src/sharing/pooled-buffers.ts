/**
 * Memory for pieces and blocks, shared with the threads that verify them. It is used again and again: to get fresh memory
 * of this size from the system costs more than to fill it.
 */
import { MAX_IDLE_BUFFER_BYTES } from '@p2p/protocol';

/** Buffers come in multiples of this: one of nearly the same length serves as well. */
const STEP_BYTES = 32 * 1024;

export class PooledBuffers {
  /** By length. */
  readonly #idle = new Map<number, SharedArrayBuffer[]>();
  #idleBytes = 0;
  #usedBytes = 0;

  /** Bytes that somebody holds. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Whatever was in it last is still there. To be given back once. */
  take(byteCount: number): Uint8Array {
    const length = Math.ceil(byteCount / STEP_BYTES) * STEP_BYTES;
    this.#usedBytes += length;
    const idle = this.#idle.get(length)?.pop();
    if (idle !== undefined) this.#idleBytes -= length;
    return new Uint8Array(idle ?? new SharedArrayBuffer(length), 0, byteCount);
  }

  giveBack({ buffer }: Uint8Array): void {
    if (!(buffer instanceof SharedArrayBuffer)) throw new TypeError('this was not taken here');
    const length = buffer.byteLength;
    this.#usedBytes -= length;
    if (this.#idleBytes + length > MAX_IDLE_BUFFER_BYTES) return;
    this.#idleBytes += length;
    const idle = this.#idle.get(length);
    if (idle === undefined) this.#idle.set(length, [buffer]);
    else idle.push(buffer);
  }
}
