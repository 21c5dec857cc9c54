/** A compact set of piece numbers, as it is kept and as it crosses the wire: most significant bit first. */

/** A set of whole numbers in `[0, size)`. */
export class Bitfield {
  /** How many numbers there are to have. */
  readonly size: number;
  readonly #bits: Uint8Array;
  #count = 0;

  constructor(size: number) {
    this.size = size;
    this.#bits = new Uint8Array(Math.ceil(size / 8));
  }

  /** Every number below `size`. */
  static full(size: number): Bitfield {
    const field = new Bitfield(size);
    field.#bits.fill(0xff);
    if (size % 8 !== 0) field.#bits[field.#bits.length - 1] = 0xff << (8 - (size % 8));
    field.#count = size;
    return field;
  }

  /** The set that these bytes stand for; undefined where their length is wrong or a bit beyond the last is set. */
  static parse(bytes: Uint8Array, size: number): Bitfield | undefined {
    const field = new Bitfield(size);
    if (bytes.length !== field.#bits.length) return undefined;
    const strayBits = bytes.length * 8 - size;
    if (((bytes.at(-1) ?? 0) & ((1 << strayBits) - 1)) !== 0) return undefined;
    field.#bits.set(bytes);
    for (const byte of bytes) field.#count += bitCount(byte);
    return field;
  }

  /** How many numbers are in the set. */
  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count === this.size;
  }

  has(index: number): boolean {
    return ((this.#bits[index >>> 3] ?? 0) & bitOf(index)) !== 0;
  }

  /** True where it was not there before. Throws a RangeError for a number that can't be in the set. */
  add(index: number): boolean {
    if (!Number.isInteger(index) || index < 0 || index >= this.size)
      throw new RangeError(`no ${index} of ${this.size}`);
    if (this.has(index)) return false;
    const at = index >>> 3;
    this.#bits[at] = (this.#bits[at] ?? 0) | bitOf(index);
    this.#count++;
    return true;
  }

  /** True where it was there before. */
  delete(index: number): boolean {
    if (!this.has(index)) return false;
    const at = index >>> 3;
    this.#bits[at] = (this.#bits[at] ?? 0) & ~bitOf(index);
    this.#count--;
    return true;
  }

  /** The numbers of the set, ascending. Takes time by `size / 8`, not by `size`, where the set is nearly empty. */
  *[Symbol.iterator](): Generator<number, void, void> {
    for (const [at, byte] of this.#bits.entries()) {
      if (byte === 0) continue;
      for (let index = at * 8; index < at * 8 + 8; index++) if ((byte & bitOf(index)) !== 0) yield index;
    }
  }

  /** The bytes that {@link Bitfield.parse} reads: a copy. */
  toBytes(): Uint8Array {
    return this.#bits.slice();
  }

  clone(): Bitfield {
    const field = new Bitfield(this.size);
    field.#bits.set(this.#bits);
    field.#count = this.#count;
    return field;
  }
}

/** A bitfield that the holder may look at but not change. */
export type ReadonlyBitfield = Omit<Bitfield, 'add' | 'delete'>;

function bitOf(index: number): number {
  return 0x80 >>> (index & 7);
}

function bitCount(byte: number): number {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}
