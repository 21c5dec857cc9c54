/**
 * Which peer is the first choice for a missing piece, of those that have a part of the file: the least loaded one, so
 * that each has something to send that no other one is about to. Where it changes, the former one is told first, and the
 * next one only when that word and what it had begun before must have come: as long as two of them are, both begin it.
 */
import type { Bitfield } from '../bitfield.js';
import type { PeerId } from './download-events.js';

interface Choice {
  readonly peer: PeerId;
  /** The former one may still take itself for the first choice: in the meantime nobody else is. */
  isHandedOver: boolean;
}

export class FirstChoices {
  readonly #missing: Bitfield;
  readonly #random: () => number;
  readonly #choices = new Map<number, Choice>();
  /** Missing pieces that a peer is, or is to become, the first choice for. */
  readonly #loads = new Map<PeerId, number>();
  /** Pieces that are being handed over, by whether time has passed since. */
  #waiting = new Map<number, Choice>();
  #nextWaiting = new Map<number, Choice>();

  /** `missing`: what is dropped is taken out of it. `random`: in [0, 1). */
  constructor(missing: Bitfield, random: () => number) {
    this.#missing = missing;
    this.#random = random;
  }

  /** Undefined where there is none, null where it is being handed over. */
  of(piece: number): PeerId | null | undefined {
    const choice = this.#choices.get(piece);
    return choice === undefined || choice.isHandedOver ? choice?.peer : null;
  }

  /** The same; but where the piece is being handed over, who it goes to. */
  holderOf(piece: number): PeerId | undefined {
    return this.#choices.get(piece)?.peer;
  }

  /** A peer has got a piece; `count`: how many have it now. Returns whether something has changed. */
  gain(peer: PeerId, piece: number, count: number): boolean {
    if (!this.#missing.has(piece)) return false;
    const choice = this.#choices.get(piece);
    if (choice === undefined) {
      this.set(piece, peer);
      return true;
    }
    const excess = this.#loadOf(choice.peer) - this.#loadOf(peer);
    // One piece more or less is no reason; but else the first of all peers would have to send each new piece to all.
    if (excess <= 0 || (excess === 1 && this.#random() * count >= 1)) return false;
    this.#put(piece, { peer, isHandedOver: false });
    return choice.isHandedOver;
  }

  /** From now on it is this one, or nobody. */
  set(piece: number, peer: PeerId | undefined): void {
    if (peer !== undefined && this.#missing.has(piece)) this.#put(piece, { peer, isHandedOver: true });
    else this.#delete(piece);
  }

  /** It is not missing any more. */
  drop(piece: number): void {
    this.#missing.delete(piece);
    this.#delete(piece);
  }

  /** Time has passed, more of it than a word takes to come. Returns the pieces that have been handed over. */
  settle(): readonly number[] {
    const settled: number[] = [];
    for (const [piece, choice] of this.#waiting) {
      if (this.#choices.get(piece) !== choice) continue;
      choice.isHandedOver = true;
      settled.push(piece);
    }
    this.#waiting = this.#nextWaiting;
    this.#nextWaiting = new Map();
    return settled;
  }

  #put(piece: number, choice: Choice): void {
    this.#delete(piece);
    this.#choices.set(piece, choice);
    this.#loads.set(choice.peer, this.#loadOf(choice.peer) + 1);
    if (!choice.isHandedOver) this.#nextWaiting.set(piece, choice);
  }

  #delete(piece: number): void {
    const choice = this.#choices.get(piece);
    if (choice === undefined) return;
    this.#choices.delete(piece);
    const load = this.#loadOf(choice.peer) - 1;
    if (load === 0) this.#loads.delete(choice.peer);
    else this.#loads.set(choice.peer, load);
  }

  #loadOf(peer: PeerId): number {
    return this.#loads.get(peer) ?? 0;
  }
}
