/**
 * The alternative, to compare with: the downloader itself names every piece, to one peer, the rarest first, two under
 * way at each; near the end the last ones at a second peer as well. It speaks as the real download does, so that all
 * around it stays the same.
 */
import { Bitfield, type Download, type DownloadEffect, type DownloadEvent, type DownloadOptions } from '@p2p/swarm';

/** One on its way, and one that waits. */
const ASKED_AT_A_PEER = 2;
/** As far as the uploader is concerned: all that was asked for. */
const AHEAD_BYTES = 16 * 1024 * 1024;

interface Peer {
  readonly pieces: Bitfield;
  readonly asked: Set<number>;
  received: number;
}

export class ChoosingDownload implements Download {
  readonly verified: Bitfield;
  verifiedBytes = 0;
  readonly #options: DownloadOptions;
  readonly #peers = new Map<string, Peer>();
  readonly #rarity: Int32Array;
  readonly #askedOf = new Map<number, Set<string>>();
  #effects: DownloadEffect[] = [];

  constructor(options: DownloadOptions) {
    this.#options = options;
    const { pieceCount } = options.geometry;
    this.verified = new Bitfield(pieceCount);
    this.#rarity = new Int32Array(pieceCount);
  }

  get isComplete(): boolean {
    return this.verified.isFull;
  }

  step(event: DownloadEvent): readonly DownloadEffect[] {
    this.#effects = [];
    if (event.kind === 'peer_opened') this.#open(event.peer, event.pieces);
    else if (event.kind === 'peer_has') this.#addPieces(event.peer, event.pieces);
    else if (event.kind === 'peer_gone') this.#forget(event.peer);
    else if (event.kind === 'block_received') this.#receive(event.peer, event.bytes);
    else if (event.kind === 'piece_verified') this.#keep(event.piece);
    else if (event.kind === 'piece_failed') throw new Error('this download knows no liars');
    return this.#effects;
  }

  collects(peer: string, piece: number): boolean {
    return this.#peers.get(peer)?.asked.has(piece) === true && !this.verified.has(piece);
  }

  report(): ReturnType<Download['report']> {
    return { missing: [], peers: [], bans: [], sources: [] };
  }

  lastHad(): readonly [] {
    return [];
  }

  #open(id: string, pieces: 'all' | Bitfield): void {
    const { pieceCount } = this.#options.geometry;
    const field = pieces === 'all' ? Bitfield.full(pieceCount) : pieces.clone();
    for (const piece of field) this.#count(piece, 1);
    this.#peers.set(id, { pieces: field, asked: new Set(), received: 0 });
    this.#effects.push({ kind: 'credit', peer: id, received: 0, credit: AHEAD_BYTES });
    this.#ask(id);
  }

  #addPieces(id: string, pieces: readonly number[]): void {
    const peer = this.#peers.get(id);
    for (const piece of pieces) if (peer?.pieces.add(piece)) this.#count(piece, 1);
    this.#ask(id);
  }

  #forget(id: string): void {
    const peer = this.#peers.get(id);
    if (peer === undefined) return;
    this.#peers.delete(id);
    for (const piece of peer.pieces) this.#count(piece, -1);
    for (const piece of peer.asked) this.#askedOf.get(piece)?.delete(id);
    for (const other of this.#peers.keys()) this.#ask(other);
  }

  #receive(id: string, bytes: number): void {
    const peer = this.#peers.get(id);
    if (peer === undefined) return;
    peer.received += bytes;
    this.#effects.push({ kind: 'credit', peer: id, received: peer.received, credit: peer.received + AHEAD_BYTES });
  }

  #keep(piece: number): void {
    if (!this.verified.add(piece)) return;
    this.verifiedBytes += this.#options.geometry.pieceLength;
    this.#effects.push({ kind: 'have', piece });
    const asked = this.#askedOf.get(piece) ?? [];
    this.#askedOf.delete(piece);
    for (const id of asked) {
      this.#peers.get(id)?.asked.delete(piece);
      this.#effects.push({ kind: 'offer', peer: id, add: [], spare: [], remove: [[piece, piece + 1]] });
      this.#ask(id);
    }
    if (this.isComplete) this.#effects.push({ kind: 'complete' });
  }

  #ask(id: string): void {
    const peer = this.#peers.get(id);
    while (peer !== undefined && peer.asked.size < ASKED_AT_A_PEER) {
      const piece = this.#rarest(peer);
      if (piece === undefined) return;
      peer.asked.add(piece);
      const asked = this.#askedOf.get(piece) ?? new Set();
      this.#askedOf.set(piece, asked.add(id));
      this.#effects.push({ kind: 'offer', peer: id, add: [[piece, piece + 1]], spare: [], remove: [] });
    }
  }

  /** What nobody was asked for, the rarest; else what one was. Ties by chance. */
  #rarest(peer: Peer): number | undefined {
    let best: number | undefined;
    let bestRank = Number.POSITIVE_INFINITY;
    for (const piece of peer.pieces) {
      if (this.verified.has(piece) || peer.asked.has(piece)) continue;
      const asked = this.#askedOf.get(piece)?.size ?? 0;
      if (asked > 1) continue;
      const rank = asked * 1_000_000 + (this.#rarity[piece] as number) + this.#options.random();
      if (rank < bestRank) [best, bestRank] = [piece, rank];
    }
    return best;
  }

  #count(piece: number, change: 1 | -1): void {
    this.#rarity[piece] = (this.#rarity[piece] as number) + change;
  }
}
