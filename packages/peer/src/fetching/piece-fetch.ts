/**
 * Fetches the pieces of one file whose tree is known: turns what peers send into events of the download step, and its
 * effects into offers and credits. A piece is verified in memory and written; from then on it counts, and is served to
 * others.
 */
import type { DeviceId, Refusal } from '@p2p/protocol';
import {
  type BanReason,
  type Bitfield,
  createDownload,
  type Download,
  type DownloadEffect,
  type DownloadEvent,
  type DownloadReport,
  pieceRange,
  verifyPiece,
} from '@p2p/swarm';
import { sha256 } from '../sharing/sha256.js';
import type { SharedContent } from '../sharing/shared-content.js';
import { ArrivingPiece } from './arriving-piece.js';
import type { PartFile } from './part-file.js';
import type { Channel } from './peer-link.js';

export interface PieceFetchOptions {
  /** The file as far as it is here already. */
  readonly content: SharedContent;
  readonly part: PartFile;
  readonly random: () => number;
  readonly nowMs: number;
  readonly channelOf: (device: DeviceId) => Channel | undefined;
  readonly handlers: PieceFetchHandlers;
}

export interface PieceFetchHandlers {
  /** A piece is verified, written and added to the content. */
  verified(from: DeviceId, byteCount: number): void;
  /** Every piece is written. */
  fetched(): void;
  /** Nothing more from this peer: it sent wrong bytes, or offered what the file doesn't have. */
  ban(device: DeviceId, reason: BanReason): void;
  /** The pieces can't be written. */
  failed(refusal: Refusal): void;
}

export class PieceFetch {
  readonly #options: PieceFetchOptions;
  readonly #download: Download;
  /** By peer that is open: what it is sending. */
  readonly #arriving = new Map<DeviceId, ArrivingPiece | undefined>();
  /** Verified, on their way to the disk. */
  readonly #writing = new Set<number>();
  #closed = false;

  constructor(options: PieceFetchOptions) {
    const { content, random, nowMs } = options;
    this.#options = options;
    this.#download = createDownload({ geometry: content.tree.geometry, verified: content.pieces, random, nowMs });
  }

  /** A file without pieces is fetched already. */
  start(): void {
    if (this.#download.isComplete) this.#options.handlers.fetched();
  }

  close(): void {
    this.#closed = true;
    this.#arriving.clear();
  }

  report(): DownloadReport {
    return this.#download.report();
  }

  opened(device: DeviceId, pieces: 'all' | Bitfield): void {
    this.#arriving.set(device, undefined);
    this.step({ kind: 'peer_opened', peer: device, pieces });
  }

  gone(device: DeviceId): void {
    this.#arriving.delete(device);
    this.step({ kind: 'peer_gone', peer: device });
  }

  /** Bytes from `offset` on, valid only during the call. False where no piece goes on, or begins, with them. */
  received(device: DeviceId, offset: number, bytes: Uint8Array): boolean {
    if (this.#closed || !this.#arriving.has(device)) return true;
    const piece = this.#pieceAt(device, offset, bytes.length);
    if (piece === undefined) return false;
    const former = this.#arriving.get(device);
    const again = former !== piece && former?.index === piece.index;
    this.step({ kind: 'block_received', peer: device, piece: piece.index, bytes: bytes.length, again });
    piece.take(bytes, this.#download.collects(device, piece.index));
    // Where it was banned for these bytes, there is nothing to go on with.
    if (!this.#arriving.has(device)) return true;
    this.#arriving.set(device, piece.isWhole ? undefined : piece);
    if (piece.bytes !== undefined) this.#check(device, piece.index, piece.bytes);
    return true;
  }

  step(event: DownloadEvent): void {
    if (this.#closed) return;
    for (const effect of this.#download.step(event)) this.#perform(effect);
  }

  /** The piece that these bytes go on with, or the one that they begin: then the former was given up. */
  #pieceAt(device: DeviceId, offset: number, byteCount: number): ArrivingPiece | undefined {
    const arriving = this.#arriving.get(device);
    if (arriving?.continuesWith(offset, byteCount)) return arriving;
    const begun = ArrivingPiece.at(offset, this.#options.content.tree.geometry);
    return begun?.continuesWith(offset, byteCount) ? begun : undefined;
  }

  #check(device: DeviceId, index: number, bytes: Uint8Array): void {
    // Somebody else's copy is verified and being written: this one has no use.
    if (this.#writing.has(index)) return;
    if (!verifyPiece(sha256, { index, bytes }, this.#options.content.tree)) {
      return this.step({ kind: 'piece_failed', peer: device, piece: index });
    }
    this.#writing.add(index);
    void this.#keep(device, index, bytes);
  }

  async #keep(device: DeviceId, piece: number, bytes: Uint8Array): Promise<void> {
    const { part, content, handlers } = this.#options;
    const refused = await part.write(pieceRange(piece, content.tree.geometry).start, bytes);
    this.#writing.delete(piece);
    // It counts for a later fetch even where this one is over.
    if (refused === undefined) content.addPiece(piece);
    if (this.#closed) return;
    if (refused !== undefined) return handlers.failed(refused);
    handlers.verified(device, bytes.length);
    this.step({ kind: 'piece_verified', peer: device, piece });
  }

  #perform(effect: DownloadEffect): void {
    switch (effect.kind) {
      case 'complete':
        return this.#options.handlers.fetched();
      // It is added to the content, and so announced, before the step is told.
      case 'have':
        return;
    }
    // A peer's name in the download step is its device id.
    const device = effect.peer as DeviceId;
    switch (effect.kind) {
      case 'offer':
        return this.#options.channelOf(device)?.offer(effect);
      case 'credit':
        return this.#options.channelOf(device)?.credit(effect.received, effect.credit);
      case 'ban':
        this.#arriving.delete(device);
        return this.#options.handlers.ban(device, effect.reason);
    }
  }
}
