/**
 * Who has which pieces, as far as the open peers say, and who of them is the first choice for each: one of those that
 * have a part of the file, by chance, since they have less else to send; else all of those that have all of it, since
 * that is easily said by somebody who sends nothing. Who had last what nobody has now is remembered.
 */
import { Bitfield } from '../bitfield.js';
import type { PeerId } from './download-events.js';

/** These peers have become a first choice for a piece, or are none any more. */
export type Moved = (piece: number, peers: readonly PeerId[]) => void;

export class Holders {
  readonly #pieceCount: number;
  readonly #random: () => number;
  readonly #moved: Moved;
  readonly #byPeer = new Map<PeerId, Bitfield>();
  /** Those that came with everything; the others are counted by piece. */
  readonly #complete = new Set<PeerId>();
  readonly #counts: Uint32Array;
  /** Of pieces that peers with a part have. */
  readonly #firstChoices = new Map<number, PeerId>();
  /** Of pieces that nobody has any more. */
  readonly #lastHad = new Map<number, PeerId>();

  /** `random`: in [0, 1). */
  constructor(pieceCount: number, random: () => number, moved: Moved) {
    this.#pieceCount = pieceCount;
    this.#random = random;
    this.#moved = moved;
    this.#counts = new Uint32Array(pieceCount);
  }

  /** Takes the bitfield as its own. */
  add(peer: PeerId, pieces: 'all' | Bitfield): void {
    this.remove(peer);
    const field = pieces === 'all' ? Bitfield.full(this.#pieceCount) : pieces;
    this.#byPeer.set(peer, field);
    if (field.isFull) this.#complete.add(peer);
    else for (const piece of field) this.#gain(peer, piece);
  }

  addPiece(peer: PeerId, piece: number): void {
    if (this.#byPeer.get(peer)?.add(piece)) this.#gain(peer, piece);
  }

  remove(peer: PeerId): void {
    const field = this.#byPeer.get(peer);
    if (field === undefined) return;
    this.#byPeer.delete(peer);
    if (!this.#complete.delete(peer)) for (const piece of field) this.#lose(peer, piece);
    for (const piece of field) if (!this.has(piece)) this.#lastHad.set(piece, peer);
  }

  /** Whether an open peer has this piece. */
  has(piece: number): boolean {
    return this.#complete.size > 0 || this.#countOf(piece) > 0;
  }

  piecesOf(peer: PeerId): number {
    return this.#byPeer.get(peer)?.count ?? 0;
  }

  isFirstChoice(peer: PeerId, piece: number): boolean {
    const first = this.#firstChoices.get(piece);
    return first === undefined ? this.#complete.has(peer) : first === peer;
  }

  /** Who had a piece last that nobody has now; null where nobody was seen to. */
  lastHad(piece: number): PeerId | null {
    return this.#lastHad.get(piece) ?? null;
  }

  #countOf(piece: number): number {
    return this.#counts[piece] ?? 0;
  }

  /** Each of n who have the piece is the first choice with the chance of one in n, whoever came when. */
  #gain(peer: PeerId, piece: number): void {
    const count = this.#countOf(piece) + 1;
    this.#counts[piece] = count;
    if (this.#random() * count < 1) this.#choose(piece, peer);
  }

  #lose(peer: PeerId, piece: number): void {
    this.#counts[piece] = this.#countOf(piece) - 1;
    if (this.#firstChoices.get(piece) === peer) this.#choose(piece, this.#anyHolder(piece));
  }

  #choose(piece: number, peer: PeerId | undefined): void {
    const before = this.#firstChoices.get(piece);
    if (peer === undefined) this.#firstChoices.delete(piece);
    else this.#firstChoices.set(piece, peer);
    const others = before === undefined || peer === undefined ? this.#complete : [];
    this.#moved(
      piece,
      [before, peer, ...others].filter((one) => one !== undefined),
    );
  }

  #anyHolder(piece: number): PeerId | undefined {
    const holders: PeerId[] = [];
    for (const [peer, field] of this.#byPeer) {
      if (field.has(piece) && !this.#complete.has(peer)) holders.push(peer);
    }
    return holders[Math.floor(this.#random() * holders.length)];
  }
}
