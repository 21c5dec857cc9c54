/**
 * Fetches the pieces of one file whose tree is known: turns what peers send into events of the download step, and its
 * effects into offers and credits. A piece is verified in memory and written, by another thread; from then on it counts,
 * and is served to others.
 */
import { type DeviceId, MAX_HELD_RUNS, type Refusal } from '@p2p/protocol';
import {
  type BanReason,
  type Bitfield,
  createDownload,
  type Download,
  type DownloadEffect,
  type DownloadEvent,
  type DownloadReport,
  expectedPieceHash,
  type HeldRun,
  pieceRange,
} from '@p2p/swarm';
import type { HashingPool } from '../hashing/hashing-pool.js';
import type { SharedContent } from '../sharing/shared-content.js';
import { ArrivingPiece } from './arriving-piece.js';
import type { PartFile } from './part-file.js';
import type { ArrivedBlock, Channel } from './peer-link.js';

export interface PieceFetchOptions {
  /** The file as far as it is here already. */
  readonly content: SharedContent;
  readonly part: PartFile;
  readonly hashing: HashingPool;
  /** Who had pieces in an earlier run. */
  readonly lastHad: readonly HeldRun[];
  readonly random: () => number;
  readonly nowMs: number;
  readonly channelOf: (device: DeviceId) => Channel | undefined;
  readonly handlers: PieceFetchHandlers;
}

export interface PieceFetchHandlers {
  /** Bytes have come that are of use, as far as one can tell before their piece is whole. */
  arrived(): void;
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
  /** Whole, being verified and written: the last copy of each. */
  readonly #keeping = new Map<number, Promise<void>>();
  #closed = false;

  constructor(options: PieceFetchOptions) {
    const { content, lastHad, random, nowMs } = options;
    const { geometry } = content.tree;
    this.#options = options;
    this.#download = createDownload({ geometry, verified: content.pieces, lastHad, random, nowMs });
  }

  /** A file without pieces is fetched already. */
  start(): void {
    if (this.#download.isComplete) this.#options.handlers.fetched();
  }

  close(): void {
    this.#closed = true;
    for (const device of [...this.#arriving.keys()]) this.#forget(device);
  }

  report(): DownloadReport {
    return this.#download.report();
  }

  lastHad(): readonly HeldRun[] {
    return this.#download.lastHad(MAX_HELD_RUNS);
  }

  opened(device: DeviceId, pieces: 'all' | Bitfield): void {
    this.#forget(device);
    this.#arriving.set(device, undefined);
    this.step({ kind: 'peer_opened', peer: device, pieces });
  }

  gone(device: DeviceId): void {
    this.#forget(device);
    this.step({ kind: 'peer_gone', peer: device });
  }

  /** Bytes from `offset` on. False where no piece goes on, or begins, with them. */
  received(device: DeviceId, offset: number, block: ArrivedBlock): boolean {
    if (this.#closed || !this.#arriving.has(device)) return true;
    const piece = this.#pieceAt(device, offset, block.bytes.length);
    if (piece === undefined) return false;
    const former = this.#arriving.get(device);
    const again = former !== piece && former?.index === piece.index;
    if (former !== piece) former?.drop();
    this.step({ kind: 'block_received', peer: device, piece: piece.index, bytes: block.bytes.length, again });
    const isOfUse = this.#download.collects(device, piece.index);
    piece.take(block, isOfUse);
    if (isOfUse) this.#options.handlers.arrived();
    // Where it was banned for these bytes, there is nothing to go on with.
    if (!this.#arriving.has(device)) return true;
    this.#arriving.set(device, piece.isWhole ? undefined : piece);
    const whole = piece.takeBytes();
    if (whole !== undefined) this.#keep(device, piece.index, whole);
    return true;
  }

  step(event: DownloadEvent): void {
    if (this.#closed) return;
    for (const effect of this.#download.step(event)) this.#perform(effect);
  }

  /** The piece that these bytes go on with, or the one that they begin: then the former was given up. */
  #pieceAt(device: DeviceId, offset: number, byteCount: number): ArrivingPiece | undefined {
    const { content, hashing } = this.#options;
    const arriving = this.#arriving.get(device);
    if (arriving?.continuesWith(offset, byteCount)) return arriving;
    const begun = ArrivingPiece.at(offset, content.tree.geometry, hashing.buffers);
    return begun?.continuesWith(offset, byteCount) ? begun : undefined;
  }

  #forget(device: DeviceId): void {
    this.#arriving.get(device)?.drop();
    this.#arriving.delete(device);
  }

  /** One copy after the other: a further one is looked at only where the former was wrong. */
  #keep(device: DeviceId, index: number, bytes: Uint8Array): void {
    const { content, hashing } = this.#options;
    const former = this.#keeping.get(index);
    const kept = (async () => {
      await former;
      if (!content.pieces.has(index)) await this.#keepNow(device, index, bytes);
    })().finally(() => {
      hashing.buffers.giveBack(bytes);
      if (this.#keeping.get(index) === kept) this.#keeping.delete(index);
    });
    this.#keeping.set(index, kept);
  }

  async #keepNow(device: DeviceId, index: number, bytes: Uint8Array): Promise<void> {
    const { part, content, handlers, hashing } = this.#options;
    const { tree } = content;
    const offset = pieceRange(index, tree.geometry).start;
    const expected = expectedPieceHash(tree, index).slice();
    const kept = await part.keep({ index, bytes, geometry: tree.geometry, expected, offset }, hashing);
    // It counts for a later fetch even where this one is over.
    if (kept === 'kept') content.addPiece(index);
    if (this.#closed) return;
    if (kept === 'wrong') return this.step({ kind: 'piece_failed', peer: device, piece: index });
    if (kept !== 'kept') return handlers.failed(kept);
    handlers.verified(device, bytes.length);
    this.step({ kind: 'piece_verified', peer: device, piece: index });
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
        this.#forget(device);
        return this.#options.handlers.ban(device, effect.reason);
    }
  }
}
