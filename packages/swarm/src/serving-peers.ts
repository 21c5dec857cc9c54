/** The peers that serve a file: what each has, and with it how rare every piece is. */
import type { Availability } from './availability.js';
import type { Bitfield } from './bitfield.js';
import type { PeerId } from './download-events.js';
import type { RarestFirst } from './picking.js';

export interface ServingPeer {
  readonly id: PeerId;
  readonly pieces: Bitfield;
  /** See `Source` in availability.ts. */
  complete: boolean;
  /** The pieces it owes. */
  readonly asked: Set<number>;
  /** When bytes last came, or when it was asked while it owed nothing. */
  heardMs: number;
  /** Owes something and has sent nothing for too long. */
  silent: boolean;
  /** A pick found nothing for it, and nothing has changed since: spares looking again. */
  exhausted: boolean;
}

/** Keeps the counts of `availability` and the order of `unasked` in step with the peers that come and go. */
export class ServingPeers {
  readonly #availability: Availability;
  readonly #unasked: RarestFirst;
  readonly #peers = new Map<PeerId, ServingPeer>();

  constructor(availability: Availability, unasked: RarestFirst) {
    this.#availability = availability;
    this.#unasked = unasked;
  }

  get(id: PeerId): ServingPeer | undefined {
    return this.#peers.get(id);
  }

  /** Who has waited longest for a request comes first. A peer moved to the end meanwhile comes round once more. */
  [Symbol.iterator](): IterableIterator<ServingPeer> {
    return this.#peers.values();
  }

  moveToEnd(peer: ServingPeer): void {
    this.#peers.delete(peer.id);
    this.#peers.set(peer.id, peer);
  }

  add(id: PeerId, pieces: Bitfield, nowMs: number): void {
    const state = { asked: new Set<number>(), heardMs: nowMs, silent: false, exhausted: false };
    const peer = { id, pieces, complete: pieces.isFull, ...state };
    this.#peers.set(id, peer);
    this.#count(peer, 1);
  }

  delete(peer: ServingPeer): void {
    this.#peers.delete(peer.id);
    this.#count(peer, -1);
  }

  addPiece(peer: ServingPeer, piece: number): void {
    if (!peer.pieces.add(piece)) return;
    this.#countPiece(piece, 1);
    peer.exhausted = false;
  }

  /** A peer that had everything is from now on counted by its pieces. */
  removePiece(peer: ServingPeer, piece: number): void {
    if (!peer.pieces.has(piece)) return;
    peer.pieces.delete(piece);
    if (!peer.complete) return this.#countPiece(piece, -1);
    peer.complete = false;
    this.#count(peer, 1);
  }

  /** A piece may be asked for again: who has it is worth another look. */
  wakeOwners(piece: number): void {
    for (const peer of this.#peers.values()) if (peer.pieces.has(piece)) peer.exhausted = false;
  }

  #count(peer: ServingPeer, change: 1 | -1): void {
    if (peer.complete) return;
    for (const piece of peer.pieces) this.#countPiece(piece, change);
  }

  #countPiece(piece: number, change: 1 | -1): void {
    this.#availability.change(piece, change);
    this.#unasked.reorder(piece);
  }
}
