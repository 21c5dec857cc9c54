/** A connection between two members for one file: the one that dialled downloads, the other one serves. */
import type { Bitfield, Run } from '@p2p/swarm';
import type { Host } from './host.js';
import type { Member } from './member.js';
import type { Network, Way } from './network.js';

export interface Offer {
  readonly add: readonly Run[];
  readonly spare: readonly Run[];
  readonly remove: readonly Run[];
}

export interface Credit {
  readonly received: number;
  readonly credit: number;
  /** The downloader's clock when the bytes had come. */
  readonly clockMs: number;
}

/** Some bytes of a piece, `[start, end)` within it. */
export interface Block {
  readonly piece: number;
  readonly start: number;
  readonly end: number;
  /** Made up by a liar. */
  readonly isWrong: boolean;
}

const RUN_BYTES = 6;
const CREDIT_BYTES = 24;
const OFFER_BYTES = 16;
const HAVE_BYTES = 12;
const PIECE_NUMBER_BYTES = 3;

/** What the downloader has of the piece that comes, as its shell counts it. */
export interface Collected {
  piece: number;
  bytes: number;
  isWhole: boolean;
  isWrong: boolean;
}

export class Link {
  readonly downloader: Member;
  readonly server: Member;
  readonly collected: Collected = { piece: -1, bytes: 0, isWhole: false, isWrong: false };
  /** The server's name for it. */
  readonly lane: number;
  /** Bytes that the server has sent, and may send by what it has heard. */
  sent = 0;
  allowed = 0;
  isOpen = true;
  readonly #network: Network;
  readonly #up: Way;
  readonly #down: Way;

  constructor(network: Network, lane: number, ends: { readonly downloader: Member; readonly server: Member }) {
    this.#network = network;
    this.lane = lane;
    this.downloader = ends.downloader;
    this.server = ends.server;
    this.#up = { from: ends.downloader.host, to: ends.server.host };
    this.#down = { from: ends.server.host, to: ends.downloader.host };
  }

  /** The server's first word. */
  greet(pieces: 'all' | Bitfield): void {
    const bytes = pieces === 'all' ? OFFER_BYTES : OFFER_BYTES + pieces.size / 8;
    this.#toDownloader(bytes, () => this.downloader.download?.opened(this, pieces));
  }

  offer(offer: Offer): void {
    const runs = offer.add.length + offer.spare.length + offer.remove.length;
    this.#toServer(OFFER_BYTES + runs * RUN_BYTES, () => this.server.serving.offered(this, offer));
  }

  credit(credit: Credit): void {
    this.#toServer(CREDIT_BYTES, () => {
      this.allowed = credit.credit;
      this.server.serving.credited(this, credit);
    });
  }

  have(pieces: readonly number[]): void {
    const bytes = HAVE_BYTES + pieces.length * PIECE_NUMBER_BYTES;
    this.#toDownloader(bytes, () => this.downloader.download?.has(this, pieces));
  }

  send(block: Block): void {
    const bytes = block.end - block.start;
    this.sent += bytes;
    this.#network.sendBlock(this.#down, bytes, () => {
      if (this.isOpen) this.downloader.download?.receive(this, block);
    });
  }

  /** One end hangs up; the other one notices when that has come. */
  close(by: Host): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    const { downloader, server } = this;
    const other = by === server.host ? downloader : server;
    this.#network.tell({ from: by, to: other.host }, 0, () => {
      if (other === server) server.serving.lost(this);
      else downloader.lost(this);
    });
  }

  #toServer(bytes: number, deliver: () => void): void {
    this.#network.tell(this.#up, bytes, () => {
      if (this.isOpen) deliver();
    });
  }

  #toDownloader(bytes: number, deliver: () => void): void {
    this.#network.tell(this.#down, bytes, () => {
      if (this.isOpen) deliver();
    });
  }
}
