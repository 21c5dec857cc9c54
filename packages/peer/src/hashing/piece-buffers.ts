/**
 * Memory in which pieces are put together, shared with the threads that verify them. It is used again and again: to get
 * fresh memory of this size from the system costs more than to fill it.
 */
import { MAX_IDLE_PIECE_BYTES } from '@p2p/protocol';

export class PieceBuffers {
  /** By length; those of a power of two are as long as the pieces of one file. */
  readonly #idle = new Map<number, Uint8Array[]>();
  #idleBytes = 0;
  #usedBytes = 0;

  /** Bytes that somebody holds. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Whatever was in it last is still there. To be given back once. */
  take(byteCount: number): Uint8Array {
    this.#usedBytes += byteCount;
    const idle = this.#idle.get(byteCount)?.pop();
    if (idle === undefined) return new Uint8Array(new SharedArrayBuffer(byteCount));
    this.#idleBytes -= byteCount;
    return idle;
  }

  giveBack(buffer: Uint8Array): void {
    const { length } = buffer;
    this.#usedBytes -= length;
    if (this.#idleBytes + length > MAX_IDLE_PIECE_BYTES) return;
    this.#idleBytes += length;
    const idle = this.#idle.get(length);
    if (idle === undefined) this.#idle.set(length, [buffer]);
    else idle.push(buffer);
  }
}
