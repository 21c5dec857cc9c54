/** One file that is served: the order of its pieces, as all who take it see them. */
import type { ReadonlyBitfield } from '../bitfield.js';
import type { PieceGeometry } from '../content/pieces.js';
import { PieceOrder } from './piece-order.js';

/** What can be served of a file: the pieces may become more. */
export interface Servable {
  readonly geometry: PieceGeometry;
  readonly pieces: ReadonlyBitfield;
}

export class Board {
  readonly content: Servable;
  readonly order: PieceOrder;

  /** `random`: in [0, 1). */
  constructor(content: Servable, random: () => number) {
    this.content = content;
    this.order = new PieceOrder(content.pieces, random);
  }
}
