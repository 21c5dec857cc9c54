/**
 * Fetches the pieces of one file whose tree is known: turns what peers send into events of the download step, and its
 * effects into requests. A piece is verified in memory and written; from then on it counts, and is served to others.
 */
import type { DeviceId, Refusal } from '@p2p/protocol';
import {
  type Bitfield,
  createDownload,
  type Download,
  type DownloadEffect,
  type DownloadEvent,
  pieceRange,
  verifyPiece,
} from '@p2p/swarm';
import { sha256 } from '../sharing/sha256.js';
import type { SharedContent } from '../sharing/shared-content.js';
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
  ban(device: DeviceId): void;
  /** The pieces can't be written. */
  failed(refusal: Refusal): void;
}

export class PieceFetch {
  readonly #options: PieceFetchOptions;
  readonly #download: Download;
  /** By peer: the number of each open request → its piece. */
  readonly #asked = new Map<DeviceId, Map<number, number>>();
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
  }

  opened(device: DeviceId, pieces: 'all' | Bitfield): void {
    this.#asked.set(device, new Map());
    this.step({ kind: 'peer_opened', peer: device, pieces });
  }

  gone(device: DeviceId): void {
    this.#asked.delete(device);
    this.step({ kind: 'peer_gone', peer: device });
  }

  rejected(device: DeviceId, request: number): void {
    const piece = this.#settle(device, request);
    if (piece !== undefined) this.step({ kind: 'request_rejected', peer: device, piece });
  }

  /** All bytes of a request have come. */
  received(device: DeviceId, request: number, bytes: Uint8Array): void {
    const index = this.#settle(device, request);
    // Somebody else's copy is verified and being written: this one has no use.
    if (index === undefined || this.#writing.has(index)) return;
    if (!verifyPiece(sha256, { index, bytes }, this.#options.content.tree)) {
      return this.step({ kind: 'piece_failed', peer: device, piece: index });
    }
    this.#writing.add(index);
    void this.#keep(device, index, bytes);
  }

  step(event: DownloadEvent): void {
    if (this.#closed) return;
    for (const effect of this.#download.step(event)) this.#perform(effect);
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
    if (effect.kind === 'complete') return this.#options.handlers.fetched();
    // A peer's name in the download step is its device id.
    const device = effect.peer as DeviceId;
    switch (effect.kind) {
      case 'request':
        return this.#ask(device, effect.piece);
      case 'cancel':
        return this.#cancel(device, effect.piece);
      case 'ban':
        this.#asked.delete(device);
        return this.#options.handlers.ban(device);
    }
  }

  #ask(device: DeviceId, piece: number): void {
    const { start, end } = pieceRange(piece, this.#options.content.tree.geometry);
    const request = this.#options.channelOf(device)?.requestBytes(start, end);
    if (request !== undefined) this.#asked.get(device)?.set(request, piece);
  }

  #cancel(device: DeviceId, piece: number): void {
    for (const [request, asked] of this.#asked.get(device) ?? []) {
      if (asked !== piece) continue;
      this.#settle(device, request);
      this.#options.channelOf(device)?.cancel(request);
    }
  }

  #settle(device: DeviceId, request: number): number | undefined {
    const asked = this.#asked.get(device);
    const piece = asked?.get(request);
    asked?.delete(request);
    return piece;
  }
}
