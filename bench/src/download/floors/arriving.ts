/** What has come of a file and isn't written yet, in a few buffers that are used again and again. */
import { BLOCK_BYTES, BLOCKS, type BlockSink } from './block-sink.js';

type SharedBytes = Uint8Array<SharedArrayBuffer>;

export class Arriving {
  readonly #sink: BlockSink;
  readonly #bytes: number;
  readonly #onRoom: () => void;
  readonly #free: SharedBytes[] = Array.from({ length: BLOCKS }, newBuffer);
  readonly #putting = new Set<Promise<void>>();
  #buffer: SharedBytes = newBuffer();
  #offset = 0;
  #filled = 0;

  /**
   * @param bytes in all
   * @param onRoom called when there is room again
   */
  constructor(sink: BlockSink, bytes: number, onRoom: () => void) {
    this.#sink = sink;
    this.#bytes = bytes;
    this.#onRoom = onRoom;
  }

  /** Where the next bytes go. Never empty: a TLS socket may deliver a little more after it was told to wait. */
  get room(): SharedBytes {
    return this.#buffer.subarray(this.#filled);
  }

  get hasRoom(): boolean {
    return this.#free.length > 0;
  }

  /** So many bytes have come into {@link room}. */
  filled(count: number): void {
    this.#filled += count;
    if (this.#filled === BLOCK_BYTES || this.#offset + this.#filled === this.#bytes) this.#passOn();
  }

  copy(chunk: Uint8Array): void {
    for (let rest = chunk; rest.length > 0; ) {
      const part = rest.subarray(0, this.room.length);
      this.room.set(part);
      this.filled(part.length);
      rest = rest.subarray(part.length);
    }
  }

  /** Resolves when everything that has come is written. */
  async settled(): Promise<void> {
    await Promise.all(this.#putting);
  }

  #passOn(): void {
    const used = this.#buffer;
    const put = this.#sink.put({ buffer: used, offset: this.#offset, length: this.#filled }).then(() => {
      this.#putting.delete(put);
      this.#free.push(used);
      this.#onRoom();
    });
    this.#putting.add(put);
    this.#offset += this.#filled;
    this.#filled = 0;
    this.#buffer = this.#free.pop() ?? newBuffer();
  }
}

function newBuffer(): SharedBytes {
  return new Uint8Array(new SharedArrayBuffer(BLOCK_BYTES));
}
