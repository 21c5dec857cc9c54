/** How many peers have each piece, as far as it matters for the order of rarity. */
import type { ReadonlyBitfield } from './bitfield.js';

/** A peer as a source of pieces. */
export interface Source {
  readonly pieces: ReadonlyBitfield;
  /**
   * Came with everything. Such peers make every piece more common by the same, so that they change no order and are
   * not counted. A peer that came with a part stays counted by its pieces.
   */
  readonly complete: boolean;
}

/** Peers that came with a part of the file, counted for each piece. */
export class Availability {
  readonly #counts: Uint32Array;

  constructor(pieceCount: number) {
    this.#counts = new Uint32Array(pieceCount);
  }

  countOf(piece: number): number {
    return this.#counts[piece] ?? 0;
  }

  /** One peer more has this piece (+1), or one less (-1). */
  change(piece: number, change: 1 | -1): void {
    this.#counts[piece] = this.countOf(piece) + change;
  }
}
