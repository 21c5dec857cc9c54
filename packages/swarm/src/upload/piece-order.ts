/**
 * Which piece of a file to send: the one that has been sent least often, of those the one that most downloaders want,
 * ties by chance. This file decides nothing else; who is served, and when, is upload-schedule.ts's matter.
 */
import type { ReadonlyBitfield } from '../bitfield.js';

const NOT_HERE = -1;
/** Wishes beyond this many make no difference. */
const MAX_WISHES = 63;
/** Nor do copies. */
const MAX_COPIES = 255;
/** A set this small is gone through piece by piece, rather than looked for among all. */
const SMALL_SET = 16;

/**
 * The pieces that can be sent and that somebody wants, in buckets by their rank. Every change takes constant time; a
 * pick looks at pieces from the best rank on and ends at the first that is wanted.
 */
export class PieceOrder {
  readonly #random: () => number;
  /** By rank; in no order. */
  readonly #buckets: number[][] = [];
  /** No bucket below has anything in it. */
  #lowest = 0;
  readonly #copies: Uint8Array;
  readonly #wishes: Uint16Array;
  /** The bucket that a piece lies in, and its place there. */
  readonly #bucketOf: Int16Array;
  readonly #placeOf: Int32Array;
  /** The pieces that can be sent. */
  readonly #pieces: ReadonlyBitfield;

  /** `pieces`: those that can be sent; {@link gain} is to be called when there is one more. `random`: in [0, 1). */
  constructor(pieces: ReadonlyBitfield, random: () => number) {
    this.#pieces = pieces;
    this.#random = random;
    this.#copies = new Uint8Array(pieces.size);
    this.#wishes = new Uint16Array(pieces.size);
    this.#bucketOf = new Int16Array(pieces.size).fill(NOT_HERE);
    this.#placeOf = new Int32Array(pieces.size);
  }

  /** One downloader more wants this piece (+1), or one less (-1). */
  wish(piece: number, change: 1 | -1): void {
    this.#wishes[piece] = (this.#wishes[piece] as number) + change;
    this.#reorder(piece);
  }

  /** It has been sent once more (+1), or whom it was sent to has gone (-1). */
  copy(piece: number, change: 1 | -1): void {
    this.#copies[piece] = Math.min(MAX_COPIES, Math.max(0, (this.#copies[piece] as number) + change));
    this.#reorder(piece);
  }

  gain(piece: number): void {
    this.#reorder(piece);
  }

  /** How often a piece has been sent to those who are there. */
  copiesOf(piece: number): number {
    return this.#copies[piece] ?? 0;
  }

  /** The best piece of this set that can be sent; undefined where there is none. */
  pick(wanted: ReadonlyBitfield): number | undefined {
    if (wanted.count === 0) return undefined;
    return wanted.count <= SMALL_SET ? this.#pickOneByOne(wanted) : this.#pickByRank(wanted);
  }

  #pickOneByOne(set: ReadonlyBitfield): number | undefined {
    let best: number | undefined;
    let bestRank = Number.POSITIVE_INFINITY;
    let ties = 0;
    for (const piece of set) {
      if (!this.#pieces.has(piece)) continue;
      const rank = this.#rankOf(piece);
      if (rank > bestRank) continue;
      ties = rank === bestRank ? ties + 1 : 1;
      // Each of n equals stays with the chance of one in n.
      if (ties === 1 || this.#random() * ties < 1) best = piece;
      bestRank = rank;
    }
    return best;
  }

  #pickByRank(wanted: ReadonlyBitfield): number | undefined {
    while (this.#buckets[this.#lowest]?.length === 0) this.#lowest++;
    for (let rank = this.#lowest; rank < this.#buckets.length; rank++) {
      const bucket = this.#buckets[rank] as number[];
      const start = Math.floor(this.#random() * bucket.length);
      for (let step = 0; step < bucket.length; step++) {
        const piece = bucket[(start + step) % bucket.length] as number;
        if (wanted.has(piece)) return piece;
      }
    }
    return undefined;
  }

  #rankOf(piece: number): number {
    const wishes = Math.min(MAX_WISHES, this.#wishes[piece] as number);
    return (this.#copies[piece] as number) * (MAX_WISHES + 1) + MAX_WISHES - wishes;
  }

  /** Puts a piece where it belongs by now. */
  #reorder(piece: number): void {
    const isHere = this.#pieces.has(piece) && (this.#wishes[piece] as number) > 0;
    const rank = isHere ? this.#rankOf(piece) : NOT_HERE;
    if (rank === this.#bucketOf[piece]) return;
    this.#delete(piece);
    if (rank !== NOT_HERE) this.#insert(piece, rank);
  }

  #insert(piece: number, rank: number): void {
    while (this.#buckets.length <= rank) this.#buckets.push([]);
    this.#bucketOf[piece] = rank;
    this.#placeOf[piece] = (this.#buckets[rank] as number[]).push(piece) - 1;
    this.#lowest = Math.min(this.#lowest, rank);
  }

  #delete(piece: number): void {
    const rank = this.#bucketOf[piece] as number;
    if (rank === NOT_HERE) return;
    const bucket = this.#buckets[rank] as number[];
    const place = this.#placeOf[piece] as number;
    const last = bucket.pop() as number;
    if (last !== piece) {
      bucket[place] = last;
      this.#placeOf[last] = place;
    }
    this.#bucketOf[piece] = NOT_HERE;
  }
}
