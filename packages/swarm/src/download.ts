/**
 * The downloading side of a swarm as a pure step: events in, requests, cancels and bans out. Every peer is asked in
 * turn, each up to its credit, for the rarest piece that it has (picking.ts).
 *
 * One rule carries the rest: a missing piece lies in `#unasked` exactly when no peer that still sends owes it. So a
 * peer that falls silent keeps its requests, and others are asked for the same pieces; whoever is first has the
 * others' requests cancelled.
 */
import { ASK_AGAIN_AFTER_MS, DOWNLOAD_CREDIT_BYTES, SILENT_PEER_AFTER_MS } from '@p2p/protocol';
import { Availability } from './availability.js';
import { Bitfield, type ReadonlyBitfield } from './bitfield.js';
import type { BanReason, Download, DownloadEffect, DownloadEvent, DownloadOptions, PeerId } from './download-events.js';
import { Outstanding } from './outstanding.js';
import { RarestFirst } from './picking.js';
import { isPieceOf, type PieceGeometry, pieceRange } from './pieces.js';
import { type ServingPeer, ServingPeers } from './serving-peers.js';

/** What one peer may owe at least, however large the pieces are. */
const MIN_PIECES_PER_PEER = 2;

export function createDownload(options: DownloadOptions): Download {
  return new PieceDownload(options);
}

class PieceDownload implements Download {
  readonly verified: Bitfield;
  verifiedBytes = 0;
  readonly #geometry: PieceGeometry;
  readonly #piecesPerPeer: number;
  readonly #askAgainAfterMs: number;
  readonly #silentAfterMs: number;
  readonly #unasked: RarestFirst;
  readonly #outstanding = new Outstanding<ServingPeer>();
  readonly #peers: ServingPeers;
  readonly #banned = new Set<PeerId>();
  #nowMs: number;
  #effects: DownloadEffect[] = [];

  constructor(options: DownloadOptions) {
    const { geometry } = options;
    const { pieceCount } = geometry;
    this.#geometry = geometry;
    this.#nowMs = options.nowMs;
    const credit = options.creditBytes ?? DOWNLOAD_CREDIT_BYTES;
    this.#piecesPerPeer = Math.max(MIN_PIECES_PER_PEER, Math.floor(credit / geometry.pieceLength));
    this.#askAgainAfterMs = options.askAgainAfterMs ?? ASK_AGAIN_AFTER_MS;
    this.#silentAfterMs = options.silentAfterMs ?? SILENT_PEER_AFTER_MS;
    const availability = new Availability(pieceCount);
    this.#unasked = new RarestFirst(pieceCount, availability, options.random);
    this.#peers = new ServingPeers(availability, this.#unasked);
    this.verified = copyOf(options.verified ?? new Bitfield(pieceCount), pieceCount);
    for (const piece of this.verified) this.verifiedBytes += this.#bytesOf(piece);
    for (let piece = 0; piece < pieceCount; piece++) {
      if (!this.verified.has(piece)) this.#unasked.insert(piece);
    }
  }

  get isComplete(): boolean {
    return this.verified.isFull;
  }

  step(event: DownloadEvent): readonly DownloadEffect[] {
    this.#effects = [];
    const wasComplete = this.isComplete;
    this.#take(event);
    if (!this.isComplete) this.#askInTurn();
    if (!this.isComplete && event.kind === 'tick') this.#askAgainInTurn();
    if (this.isComplete && !wasComplete) this.#effects.push({ kind: 'complete' });
    return this.#effects;
  }

  #take(event: DownloadEvent): void {
    switch (event.kind) {
      case 'peer_opened':
        return this.#openPeer(event.peer, event.pieces);
      case 'peer_has':
        return this.#addPieces(event.peer, event.pieces);
      case 'peer_gone':
        return this.#forgetPeer(event.peer);
      case 'bytes_received':
        return this.#hear(event.peer);
      case 'piece_verified':
        return this.#keepPiece(event.peer, event.piece);
      case 'piece_failed':
        return this.#ban(event.peer, 'wrong_piece');
      case 'request_rejected':
        return this.#removePiece(event.peer, event.piece);
      case 'tick':
        return this.#passTime(event.nowMs);
    }
  }

  #openPeer(id: PeerId, offered: 'all' | Bitfield): void {
    this.#forgetPeer(id);
    if (this.#banned.has(id)) return;
    const pieceCount = this.#geometry.pieceCount;
    this.#peers.add(id, offered === 'all' ? Bitfield.full(pieceCount) : copyOf(offered, pieceCount), this.#nowMs);
  }

  #addPieces(id: PeerId, pieces: readonly number[]): void {
    const peer = this.#peers.get(id);
    if (peer === undefined) return;
    for (const piece of pieces) {
      if (!isPieceOf(piece, this.#geometry)) return this.#ban(id, 'no_such_piece');
      this.#peers.addPiece(peer, piece);
    }
  }

  #forgetPeer(id: PeerId): void {
    const peer = this.#peers.get(id);
    if (peer === undefined) return;
    this.#peers.delete(peer);
    for (const piece of peer.asked) this.#dropRequest(peer, piece);
  }

  #ban(id: PeerId, reason: BanReason): void {
    this.#forgetPeer(id);
    this.#banned.add(id);
    this.#effects.push({ kind: 'ban', peer: id, reason });
  }

  /** A peer that speaks again is waited for again. */
  #hear(id: PeerId): void {
    const peer = this.#peers.get(id);
    if (peer === undefined) return;
    peer.heardMs = this.#nowMs;
    if (!peer.silent) return;
    peer.silent = false;
    for (const piece of peer.asked) this.#unasked.delete(piece);
  }

  #keepPiece(id: PeerId, piece: number): void {
    this.#hear(id);
    if (!this.verified.add(piece)) return;
    this.verifiedBytes += this.#bytesOf(piece);
    this.#unasked.delete(piece);
    for (const peer of this.#outstanding.settle(piece)) {
      if (peer.id !== id) this.#effects.push({ kind: 'cancel', peer: peer.id, piece });
    }
  }

  #removePiece(id: PeerId, piece: number): void {
    const peer = this.#peers.get(id);
    if (peer === undefined) return;
    this.#peers.removePiece(peer, piece);
    this.#dropRequest(peer, piece);
  }

  #passTime(nowMs: number): void {
    this.#nowMs = nowMs;
    for (const peer of this.#peers) {
      if (peer.silent || peer.asked.size === 0 || nowMs - peer.heardMs < this.#silentAfterMs) continue;
      peer.silent = true;
      for (const piece of peer.asked) this.#returnPiece(piece);
    }
  }

  #dropRequest(peer: ServingPeer, piece: number): void {
    if (!peer.asked.has(piece)) return;
    this.#outstanding.drop(peer, piece);
    this.#returnPiece(piece);
  }

  /** Back among the pieces to be asked for, unless somebody else is about to send it. */
  #returnPiece(piece: number): void {
    if (this.#outstanding.isAwaited(piece)) return;
    this.#unasked.insert(piece);
    this.#peers.wakeOwners(piece);
  }

  /** One piece for each peer in turn: being asked moves a peer to the end, where the loop comes to it once more. */
  #askInTurn(): void {
    for (const peer of this.#peers) {
      if (peer.exhausted || !this.#mayOweMore(peer)) continue;
      const piece = this.#unasked.pick(peer);
      if (piece === undefined) peer.exhausted = true;
      else this.#ask(peer, piece);
    }
  }

  /**
   * End game: who has nothing else to send gets what others are late with, oldest first. Only when time passes: going
   * through all that is late would be dear for every event.
   */
  #askAgainInTurn(): void {
    const untilMs = this.#nowMs - this.#askAgainAfterMs;
    for (const peer of this.#peers) {
      if (!peer.exhausted || !this.#mayOweMore(peer)) continue;
      for (const piece of this.#outstanding.overdueFor(peer, untilMs)) {
        if (!peer.pieces.has(piece)) continue;
        this.#ask(peer, piece);
        break;
      }
    }
  }

  /** A silent peer is asked for one piece when it owes none, to hear of its return. */
  #mayOweMore(peer: ServingPeer): boolean {
    return peer.asked.size < (peer.silent ? 1 : this.#piecesPerPeer);
  }

  #ask(peer: ServingPeer, piece: number): void {
    if (peer.asked.size === 0) peer.heardMs = this.#nowMs;
    this.#outstanding.ask(peer, piece, this.#nowMs);
    if (!peer.silent) this.#unasked.delete(piece);
    this.#peers.moveToEnd(peer);
    this.#effects.push({ kind: 'request', peer: peer.id, piece });
  }

  #bytesOf(piece: number): number {
    const { start, end } = pieceRange(piece, this.#geometry);
    return end - start;
  }
}

function copyOf(field: ReadonlyBitfield, pieceCount: number): Bitfield {
  if (field.size !== pieceCount) throw new RangeError(`a bitfield of ${field.size} for ${pieceCount} pieces`);
  return field.clone();
}
