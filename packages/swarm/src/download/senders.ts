/** The open peers as senders: what each is sending, how well, and who sends which piece. */

import { CreditWindow } from './credit-window.js';
import type { PeerId } from './download-events.js';
import { Rate } from './rate.js';

/** The piece whose bytes come from a peer now. */
export interface Reception {
  readonly piece: number;
  /** Bytes of it. */
  received: number;
}

export interface Sender {
  readonly id: PeerId;
  readonly window: CreditWindow;
  readonly rate: Rate;
  /** Pieces of use that it has begun: at most one is on its way, others are whole and being verified. */
  readonly claims: Set<number>;
  reception: Reception | undefined;
  /** Bytes since it was opened, and those that were of no use. */
  received: number;
  wasted: number;
  /** When bytes came last. */
  heardMs: number;
  stalled: boolean;
  stalls: number;
  /** Pieces that it began although nobody wanted them, in a row. */
  unwanted: number;
  givenUp: number;
}

export class Senders {
  readonly #byId = new Map<PeerId, Sender>();
  readonly #byPiece = new Map<number, Set<PeerId>>();
  readonly #pieceLength: number;

  constructor(pieceLength: number) {
    this.#pieceLength = pieceLength;
  }

  get(id: PeerId): Sender | undefined {
    return this.#byId.get(id);
  }

  [Symbol.iterator](): IterableIterator<Sender> {
    return this.#byId.values();
  }

  add(id: PeerId, nowMs: number): Sender {
    const sender: Sender = {
      id,
      window: new CreditWindow(this.#pieceLength, nowMs),
      rate: new Rate(nowMs),
      claims: new Set(),
      reception: undefined,
      received: 0,
      wasted: 0,
      heardMs: nowMs,
      stalled: false,
      stalls: 0,
      unwanted: 0,
      givenUp: 0,
    };
    this.#byId.set(id, sender);
    return sender;
  }

  delete(id: PeerId): void {
    this.#byId.delete(id);
  }

  claim(sender: Sender, piece: number): void {
    sender.claims.add(piece);
    const senders = this.#byPiece.get(piece);
    if (senders === undefined) this.#byPiece.set(piece, new Set([sender.id]));
    else senders.add(sender.id);
  }

  release(sender: Sender, piece: number): void {
    sender.claims.delete(piece);
    const senders = this.#byPiece.get(piece);
    senders?.delete(sender.id);
    if (senders?.size === 0) this.#byPiece.delete(piece);
  }

  /** Who is sending this piece, or has sent it. */
  of(piece: number): ReadonlySet<PeerId> {
    return this.#byPiece.get(piece) ?? nobody;
  }

  /** Pieces that somebody sends. */
  claimed(): IterableIterator<number> {
    return this.#byPiece.keys();
  }

  /** Whether somebody sends this piece who has not stalled. */
  isComing(piece: number): boolean {
    for (const id of this.of(piece)) {
      const sender = this.#byId.get(id);
      if (sender !== undefined && !(sender.stalled && sender.reception?.piece === piece)) return true;
    }
    return false;
  }
}

const nobody: ReadonlySet<PeerId> = new Set();
