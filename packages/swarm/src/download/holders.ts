/**
 * Who has which pieces, as far as the open peers say, and who of them is the first choice for each: one of those that
 * have a part of the file, by chance, since they have less else to send; else one of those that have all of it, each a
 * stretch of the file of its own. Who had last what nobody has now is remembered.
 */
import { Bitfield } from '../bitfield.js';
import type { PeerId } from './download-events.js';

/** Another peer is the first choice for a piece. */
export type Moved = (piece: number, from: PeerId | undefined, to: PeerId | undefined) => void;

export class Holders {
  readonly #pieceCount: number;
  readonly #random: () => number;
  readonly #moved: Moved;
  readonly #byPeer = new Map<PeerId, Bitfield>();
  /** Those that came with everything; the others are counted by piece. */
  #complete: PeerId[] = [];
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
    if (field.isFull) this.#setComplete([...this.#complete, peer]);
    else for (const piece of field) this.#gain(peer, piece);
  }

  addPiece(peer: PeerId, piece: number): void {
    if (this.#byPeer.get(peer)?.add(piece)) this.#gain(peer, piece);
  }

  remove(peer: PeerId): void {
    const field = this.#byPeer.get(peer);
    if (field === undefined) return;
    this.#byPeer.delete(peer);
    if (this.#complete.includes(peer)) this.#setComplete(this.#complete.filter((other) => other !== peer));
    else for (const piece of field) this.#lose(peer, piece);
    for (const piece of field) if (!this.has(piece)) this.#lastHad.set(piece, peer);
  }

  /** Whether an open peer has this piece. */
  has(piece: number): boolean {
    return this.#complete.length > 0 || this.#countOf(piece) > 0;
  }

  piecesOf(peer: PeerId): number {
    return this.#byPeer.get(peer)?.count ?? 0;
  }

  /** Undefined where nobody has the piece. */
  firstChoice(piece: number): PeerId | undefined {
    return this.#firstChoices.get(piece) ?? stretchOf(piece, this.#complete, this.#pieceCount);
  }

  /** Who had a piece last that nobody has now; null where nobody was seen to. */
  lastHad(piece: number): PeerId | null {
    return this.#lastHad.get(piece) ?? null;
  }

  #countOf(piece: number): number {
    return this.#counts[piece] ?? 0;
  }

  #setComplete(complete: PeerId[]): void {
    const before = this.#complete;
    this.#complete = complete;
    for (let piece = 0; piece < this.#pieceCount; piece++) {
      if (this.#firstChoices.has(piece)) continue;
      this.#moved(piece, stretchOf(piece, before, this.#pieceCount), stretchOf(piece, complete, this.#pieceCount));
    }
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
    const before = this.firstChoice(piece);
    if (peer === undefined) this.#firstChoices.delete(piece);
    else this.#firstChoices.set(piece, peer);
    this.#moved(piece, before, this.firstChoice(piece));
  }

  #anyHolder(piece: number): PeerId | undefined {
    const holders: PeerId[] = [];
    for (const [peer, field] of this.#byPeer) {
      if (field.has(piece) && !this.#complete.includes(peer)) holders.push(peer);
    }
    return holders[Math.floor(this.#random() * holders.length)];
  }
}

/** Of peers that all have everything: the one whose stretch of the file a piece lies in. */
function stretchOf(piece: number, peers: readonly PeerId[], pieceCount: number): PeerId | undefined {
  return peers[Math.floor((piece * peers.length) / pieceCount)];
}
