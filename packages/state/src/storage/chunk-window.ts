/** A window that slides over bytes that come in chunks, so that whoever reads them never sees where one ends. */
export class ChunkWindow {
  readonly #chunks: Iterator<Uint8Array>;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#bytes.buffer);
  #start = 0;
  #end = 0;
  /** Whether the bytes are a copy, which may be added to. */
  #owned = false;
  #offset: number;

  /** `offset` is the position of the first byte of the chunks. */
  constructor(chunks: Iterable<Uint8Array>, offset: number) {
    this.#chunks = chunks[Symbol.iterator]();
    this.#offset = offset;
  }

  /** Position of the window's first byte. */
  get offset(): number {
    return this.#offset;
  }

  /** Sees to it that the window holds at least this many bytes; false where the chunks end before. */
  fill(bytes: number): boolean {
    while (this.#end - this.#start < bytes) {
      const { done, value } = this.#chunks.next();
      if (done === true) return false;
      this.#append(value, bytes);
    }
    return true;
  }

  /** The first bytes of the window, which holds as many. Good until it is filled again. */
  view(bytes: number): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#start + bytes);
  }

  /** Four bytes of the window, little-endian. */
  uint32(at: number): number {
    return this.#view.getUint32(this.#start + at, true);
  }

  /** Moves on; the window holds as many bytes. */
  skip(bytes: number): void {
    this.#start += bytes;
    this.#offset += bytes;
  }

  /** Moves on to the next byte of this value; false where there is none. */
  skipTo(byte: number): boolean {
    while (this.fill(1)) {
      const found = this.#bytes.subarray(0, this.#end).indexOf(byte, this.#start);
      this.skip((found < 0 ? this.#end : found) - this.#start);
      if (found >= 0) return true;
    }
    return false;
  }

  #append(chunk: Uint8Array, wanted: number): void {
    const held = this.#end - this.#start;
    if (held === 0) {
      this.#use(chunk, false);
      this.#end = chunk.length;
      return;
    }
    if (!this.#owned || this.#end + chunk.length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(wanted, 2 * held) + chunk.length);
      grown.set(this.#bytes.subarray(this.#start, this.#end));
      this.#use(grown, true);
      this.#end = held;
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  #use(bytes: Uint8Array, owned: boolean): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#start = 0;
    this.#owned = owned;
  }
}
