/**
 * Fetches one file from the peers that a tracker names: opens channels, gets the hashes of the pieces first and then
 * the pieces. It ends with every piece written, or when it is closed.
 */
import { type ContentRoot, type DeviceId, type GroupId, refusal, type SwarmPeer } from '@p2p/protocol';
import {
  type BanReason,
  Bitfield,
  type ContentTree,
  type DownloadReport,
  geometryOf,
  type HeldRun,
  isPieceOf,
  layerBytesOf,
  type PieceGeometry,
  verifyLayer,
} from '@p2p/swarm';
import type { HashingPool } from '../hashing/hashing-pool.js';
import type { RateLimiter } from '../sharing/rate-limiter.js';
import { sha256 } from '../sharing/sha256.js';
import { SharedContent } from '../sharing/shared-content.js';
import { LayerFetch } from './layer-fetch.js';
import { limitedChannel } from './limited-channel.js';
import type { PartFile } from './part-file.js';
import type { Channel, GoneReason, PeerLink } from './peer-link.js';
import type { PeerLinks } from './peer-links.js';
import { PieceFetch, type PieceFetchHandlers } from './piece-fetch.js';
import { type SourceReport, Sources } from './sources.js';

/** The download step's clock: fine enough for its time-outs of seconds. */
const TICK_MS = 250;

/** What a tracker says of a file. */
export interface FileMetadata {
  readonly group: GroupId;
  readonly root: ContentRoot;
  readonly bytes: number;
  readonly pieceLength: number;
}

export interface FileFetchOptions {
  readonly file: FileMetadata;
  readonly part: PartFile;
  /** Who had pieces in an earlier run. */
  readonly lastHad: readonly HeldRun[];
  readonly links: Pick<PeerLinks, 'claim'>;
  readonly hashing: HashingPool;
  /** The file's own limit, as it is by now. */
  readonly limiter?: () => RateLimiter | undefined;
  readonly random: () => number;
  /** Monotonic, ms. */
  readonly now: () => number;
  readonly handlers: FileFetchHandlers;
}

/** How a fetch stands, for a person who asks why it is slow, or stuck. */
export interface FetchReport {
  /** Everybody who was named, or is linked. */
  readonly sources: readonly SourceReport[];
  /** Undefined as long as the pieces' hashes are not known. */
  readonly download: DownloadReport | undefined;
}

export interface FileFetchHandlers extends Omit<PieceFetchHandlers, 'ban' | 'verified'> {
  /** The pieces' hashes are known: the content fills up from now on, and can be served. */
  begun(content: SharedContent): void;
  /** A piece of this many bytes is verified, written and added to the content. */
  verified(from: DeviceId, byteCount: number): void;
  /** A peer does not believe that this device may have the file. */
  notAllowed(): void;
}

export class FileFetch {
  readonly #options: FileFetchOptions;
  readonly #geometry: PieceGeometry;
  readonly #sources: Sources;
  readonly #layer: LayerFetch;
  /** What peers with an open channel have, as long as the tree is not known. */
  readonly #offers = new Map<DeviceId, 'all' | Bitfield>();
  readonly #ticking: NodeJS.Timeout;
  #pieces: PieceFetch | undefined;
  #bannedCount = 0;

  constructor(options: FileFetchOptions) {
    const { file, links, random, now } = options;
    this.#options = options;
    this.#geometry = geometryOf(file.bytes, file.pieceLength);
    const openChannel = (device: DeviceId, link: PeerLink): Channel => this.#openChannel(device, link);
    this.#sources = new Sources({ claim: (peer) => links.claim(peer, file.group), random, now, openChannel });
    this.#layer = new LayerFetch(this.#geometry, Buffer.from(file.root, 'hex'), {
      request: (device, first, count) => this.#sources.channelOf(device)?.requestLayer(first, count),
      verified: (tree) => this.#know(tree),
      wrong: (device) => this.#ban(device, 'wrong_hashes'),
    });
    this.#ticking = setInterval(() => this.#pieces?.step({ kind: 'tick', nowMs: now() }), TICK_MS);
  }

  /**
   * Begins with these peers. `content` is what an earlier fetch into the same part file has left. A file of at most one
   * piece has no hashes but its root.
   */
  start(peers: readonly SwarmPeer[], content: SharedContent | undefined): void {
    this.#sources.replace(peers);
    if (content !== undefined) return this.#begin(content);
    if (layerBytesOf(this.#geometry) > 0) return;
    const tree = {
      geometry: this.#geometry,
      root: Buffer.from(this.#options.file.root, 'hex'),
      layer: new Uint8Array(),
    };
    if (verifyLayer(sha256, tree)) this.#know(tree);
    else this.#options.handlers.failed(refusal('verification_failed', 'no empty file has this root'));
  }

  /** Peers connected for this file. */
  get peerCount(): number {
    return this.#sources.openCount;
  }

  /** Peers that sent what is not the file, and are not asked any more. */
  get bannedCount(): number {
    return this.#bannedCount;
  }

  /** Whether somebody is connected who says that there is some of the file. */
  get hasSource(): boolean {
    if (this.#pieces !== undefined) return this.#pieces.report().peers.some(({ pieces }) => pieces > 0);
    return [...this.#offers.values()].some((offer) => offer === 'all' || offer.count > 0);
  }

  report(): FetchReport {
    return { sources: this.#sources.report(), download: this.#pieces?.report() };
  }

  /** Who had last what is missing; also after the end. */
  lastHad(): readonly HeldRun[] {
    return this.#pieces?.lastHad() ?? this.#options.lastHad;
  }

  /** What another tracker knows. */
  replacePeers(peers: readonly SwarmPeer[]): void {
    this.#sources.replace(peers);
  }

  changePeers(joined: readonly SwarmPeer[], left: readonly DeviceId[]): void {
    this.#sources.change(joined, left);
  }

  /** Lets go of all peers. No handler is called any more. */
  close(): void {
    clearInterval(this.#ticking);
    this.#pieces?.close();
    this.#layer.close();
    this.#sources.close();
  }

  #openChannel(device: DeviceId, link: PeerLink): Channel {
    const { file, limiter = () => undefined } = this.#options;
    const channel: Channel = link.open(file.group, file.root, {
      opened: (pieces) => this.#opened(device, pieces),
      have: (pieces) => this.#have(device, pieces),
      layer: (first, hashes) => {
        if (hashes.length > 0) this.#options.handlers.arrived();
        this.#layer.take(device, first, hashes);
      },
      // It may still serve bytes, once somebody else has given the hashes.
      layerRejected: () => this.#layer.lose(device),
      block: (offset, block) => this.#pieces?.received(device, offset, block) === true,
      gone: (reason) => {
        limited.close();
        if (reason === 'not_allowed') this.#options.handlers.notAllowed();
        this.#gone(device, reason);
      },
    });
    const limited = limitedChannel(channel, limiter);
    return limited;
  }

  #know(tree: ContentTree): void {
    const content = SharedContent.partial(tree, this.#options.part);
    this.#options.handlers.begun(content);
    this.#begin(content);
  }

  #begin(content: SharedContent): void {
    const { part, lastHad, hashing, random, now, handlers } = this.#options;
    const pieces = new PieceFetch({
      content,
      part,
      hashing,
      lastHad,
      random,
      nowMs: now(),
      channelOf: (device) => this.#sources.channelOf(device),
      handlers: {
        arrived: () => handlers.arrived(),
        fetched: () => handlers.fetched(),
        failed: (refused) => handlers.failed(refused),
        ban: (device, reason) => this.#ban(device, reason),
        verified: (from, byteCount) => {
          this.#sources.praise(from);
          handlers.verified(from, byteCount);
        },
      },
    });
    this.#pieces = pieces;
    pieces.start();
    for (const [device, offer] of this.#offers) pieces.opened(device, offer);
    this.#offers.clear();
  }

  #opened(device: DeviceId, offered: 'all' | Uint8Array): void {
    const pieces = offered === 'all' ? offered : Bitfield.parse(offered, this.#geometry.pieceCount);
    if (pieces === undefined) return this.#ban(device, 'no_such_piece');
    if (this.#pieces !== undefined) return this.#pieces.opened(device, pieces);
    this.#offers.set(device, pieces);
    this.#layer.offer(device);
  }

  #have(device: DeviceId, pieces: readonly number[]): void {
    if (this.#pieces !== undefined) return this.#pieces.step({ kind: 'peer_has', peer: device, pieces });
    const offer = this.#offers.get(device);
    if (offer === undefined || offer === 'all') return;
    if (!pieces.every((piece) => isPieceOf(piece, this.#geometry))) return this.#ban(device, 'no_such_piece');
    for (const piece of pieces) offer.add(piece);
  }

  #gone(device: DeviceId, reason: GoneReason): void {
    this.#offers.delete(device);
    this.#layer.lose(device);
    this.#pieces?.gone(device);
    this.#sources.lose(device, reason);
  }

  #ban(device: DeviceId, reason: BanReason | 'wrong_hashes'): void {
    this.#bannedCount++;
    this.#offers.delete(device);
    this.#layer.lose(device);
    this.#sources.ban(device, reason);
  }
}
