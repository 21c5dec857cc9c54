/**
 * Who has which pieces, as far as the open peers say, and who of them is the first choice for each: one of those that
 * have a part of the file, since they have less else to send; else all of those that have all of it, since that is
 * easily said by somebody who sends nothing. Who had last what nobody has now is remembered.
 */
import { Bitfield, type ReadonlyBitfield } from '../bitfield.js';
import { piecesOf } from '../runs.js';
import type { HeldRun, PeerId } from './download-events.js';
import { FirstChoices } from './first-choices.js';

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
  /** The first choices take out of it what is dropped. */
  readonly #missing: Bitfield;
  readonly #firstChoices: FirstChoices;
  /** Of pieces that nobody has any more. */
  readonly #lastHad = new Map<number, PeerId>();

  /** `missing`: copied. `random`: in [0, 1). */
  constructor(missing: ReadonlyBitfield, random: () => number, moved: Moved) {
    this.#pieceCount = missing.size;
    this.#random = random;
    this.#moved = moved;
    this.#counts = new Uint32Array(missing.size);
    this.#missing = missing.clone();
    this.#firstChoices = new FirstChoices(this.#missing, random);
  }

  /** Who had pieces in an earlier run. */
  remember({ run, peer }: HeldRun): void {
    for (const piece of piecesOf([run])) if (this.#missing.has(piece)) this.#lastHad.set(piece, peer);
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
    const first = this.#firstChoices.of(piece);
    return first === undefined ? this.#complete.has(peer) : first === peer;
  }

  /** Who had a piece last that nobody has now; null where nobody was seen to. */
  lastHad(piece: number): PeerId | null {
    return this.#lastHad.get(piece) ?? null;
  }

  /** For each missing piece somebody who has it, or else who had it last. Runs go over what is not missing. */
  seen(maxRuns: number): readonly HeldRun[] {
    const [complete] = this.#complete;
    const seen: { run: [number, number]; peer: PeerId }[] = [];
    let last: (typeof seen)[number] | undefined;
    for (const piece of this.#missing) {
      const peer = complete ?? this.#firstChoices.holderOf(piece) ?? this.#lastHad.get(piece);
      if (peer !== undefined && peer === last?.peer) last.run[1] = piece + 1;
      else if (peer === undefined) last = undefined;
      else if (seen.length === maxRuns) break;
      else {
        last = { run: [piece, piece + 1], peer };
        seen.push(last);
      }
    }
    return seen;
  }

  #countOf(piece: number): number {
    return this.#counts[piece] ?? 0;
  }

  /** The piece is here. */
  drop(piece: number): void {
    this.#firstChoices.drop(piece);
  }

  /** Time has passed. */
  settle(): void {
    for (const piece of this.#firstChoices.settle()) {
      const peer = this.#firstChoices.of(piece);
      if (typeof peer === 'string') this.#moved(piece, [peer]);
    }
  }

  #gain(peer: PeerId, piece: number): void {
    const count = this.#countOf(piece) + 1;
    this.#counts[piece] = count;
    const before = this.#firstChoices.of(piece);
    if (!this.#firstChoices.gain(peer, piece, count)) return;
    this.#moved(piece, before === undefined ? [peer, ...this.#complete] : [before as PeerId]);
  }

  #lose(peer: PeerId, piece: number): void {
    this.#counts[piece] = this.#countOf(piece) - 1;
    if (this.#firstChoices.holderOf(piece) !== peer) return;
    const next = this.#anyHolder(piece);
    this.#firstChoices.set(piece, next);
    this.#moved(piece, next === undefined ? [peer, ...this.#complete] : [peer, next]);
  }

  #anyHolder(piece: number): PeerId | undefined {
    const holders: PeerId[] = [];
    for (const [peer, field] of this.#byPeer) {
      if (field.has(piece) && !this.#complete.has(peer)) holders.push(peer);
    }
    return holders[Math.floor(this.#random() * holders.length)];
  }
}
