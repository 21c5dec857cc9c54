/**
 * Which piece to ask a peer for: the rarest first, ties by chance. This file decides nothing else; who is asked, when
 * and how much is download.ts's matter.
 */
import type { Availability, Source } from './availability.js';

const NOT_HERE = -1;

/**
 * The pieces that are still to be asked for, in buckets by how many peers have them. Every change takes constant
 * time; a pick looks at pieces from the rarest on and ends at the first that the peer has.
 */
export class RarestFirst {
  readonly #availability: Availability;
  readonly #random: () => number;
  /** `#buckets[n]`: pieces that n peers have, as `Availability` counts them; in no order. */
  readonly #buckets: number[][] = [];
  /** The bucket that a piece lies in, and its place there. */
  readonly #bucketOf: Int32Array;
  readonly #placeOf: Int32Array;

  /** `random` gives numbers in [0, 1). */
  constructor(pieceCount: number, availability: Availability, random: () => number) {
    this.#availability = availability;
    this.#random = random;
    this.#bucketOf = new Int32Array(pieceCount).fill(NOT_HERE);
    this.#placeOf = new Int32Array(pieceCount);
  }

  has(piece: number): boolean {
    return (this.#bucketOf[piece] ?? NOT_HERE) !== NOT_HERE;
  }

  /** Puts a piece among those to be asked for; nothing happens where it is there. */
  insert(piece: number): void {
    if (this.has(piece)) return;
    const rarity = this.#availability.countOf(piece);
    while (this.#buckets.length <= rarity) this.#buckets.push([]);
    const bucket = this.#bucket(rarity);
    this.#bucketOf[piece] = rarity;
    this.#placeOf[piece] = bucket.push(piece) - 1;
  }

  /** Takes a piece out; nothing happens where it is not there. */
  delete(piece: number): void {
    if (!this.has(piece)) return;
    const bucket = this.#bucket(this.#bucketOf[piece] as number);
    const place = this.#placeOf[piece] as number;
    const last = bucket.pop() as number;
    if (last !== piece) {
      bucket[place] = last;
      this.#placeOf[last] = place;
    }
    this.#bucketOf[piece] = NOT_HERE;
  }

  /** Moves a piece to its place after the number of peers that have it has changed. */
  reorder(piece: number): void {
    if (!this.has(piece)) return;
    this.delete(piece);
    this.insert(piece);
  }

  /** The rarest piece here that `source` has, or undefined where it has none of them. */
  pick(source: Source): number | undefined {
    // What a peer with a part of the file has, at least one peer with a part has.
    for (let rarity = source.complete ? 0 : 1; rarity < this.#buckets.length; rarity++) {
      const piece = this.#pickFrom(this.#bucket(rarity), source);
      if (piece !== undefined) return piece;
    }
    return undefined;
  }

  /** The first that the source has, from a random place on, round to where it began. */
  #pickFrom(bucket: readonly number[], source: Source): number | undefined {
    const start = Math.floor(this.#random() * bucket.length);
    for (let step = 0; step < bucket.length; step++) {
      const piece = bucket[(start + step) % bucket.length] as number;
      if (source.pieces.has(piece)) return piece;
    }
    return undefined;
  }

  #bucket(rarity: number): number[] {
    return this.#buckets[rarity] as number[];
  }
}
