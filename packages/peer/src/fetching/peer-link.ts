/**
 * The downloading side of one connection between peers: channels for any number of files, messages parsed, bytes handed
 * to the channel that they belong to. What to offer is decided elsewhere; what is said in one turn of the event loop is
 * gathered here.
 */
import {
  type ChannelRefused,
  type ContentRoot,
  CREDIT_INTERVAL_MS,
  type DownloaderMessage,
  decodeMessage,
  encodeMessage,
  type GroupId,
  isDataFrame,
  MAX_REPLY_VALUES,
  readDataFrame,
  type ServerMessage,
  serverMessage,
} from '@p2p/protocol';
import type { Connection } from '@p2p/transport';
import type { HashingPool } from '../hashing/hashing-pool.js';
import type { PooledBuffers } from '../sharing/pooled-buffers.js';
import type { GrantWallet } from './grant-wallet.js';
import { OfferBatch, type OfferChange } from './offer-batch.js';

export interface ChannelHandlers {
  /** The file is there; `pieces` is its bitfield where not all of it is. */
  opened(pieces: Uint8Array | 'all'): void;
  have(pieces: readonly number[]): void;
  layer(first: number, hashes: Uint8Array): void;
  /** The peer will not give piece hashes. */
  layerRejected(): void;
  /**
   * Bytes of the file, from `offset` on. False where they can't be the next ones of any
   * piece: the peer breaks the protocol.
   */
  block(offset: number, block: ArrivedBlock): boolean;
  /** The channel is no more: refused, or the connection has ended. Nothing follows. */
  gone(reason: GoneReason): void;
}

export interface ArrivedBlock {
  /** Valid only during the call, but for whoever has kept them. */
  readonly bytes: Uint8Array;
  /** Called by who wants them, and gives them back to the buffers of the link; undefined where that can't be. */
  readonly keep: (() => void) | undefined;
}

export type GoneReason = ChannelRefused['reason'] | 'disconnected';

/** One file at one peer. */
export interface Channel {
  /** Asks for piece hashes. */
  requestLayer(first: number, count: number): void;
  /** Changes what may be sent. */
  offer(change: OfferChange): void;
  /** Bytes since the channel was opened: what has come, and up to where the peer may send. */
  credit(received: number, credit: number): void;
  /** The handlers are not called any more. */
  close(): void;
}

interface OpenChannel {
  readonly handlers: ChannelHandlers;
  /** Not told yet. */
  readonly offers: OfferBatch;
  readonly askedAtMs: number;
  isOpened: boolean;
  news: { readonly received: number; readonly credit: number; readonly clock: number } | undefined;
  /** When such news was told last, and until when more of it is waited for. */
  toldMs: number;
  telling: NodeJS.Timeout | undefined;
  /** Bytes that may come yet. */
  due: number;
  /** All that was ever allowed. */
  credit: number;
}

/** What a peer is shown, and has to believe before it gives anything of the group's files. */
export interface ShownGrant {
  readonly group: GroupId;
  readonly grant: string;
}

export interface PeerLinkOptions {
  readonly wallet: GrantWallet;
  /** With the hello. */
  readonly shown: ShownGrant;
  /** What large frames come in. */
  readonly hashing: Pick<HashingPool, 'buffers'>;
  /** Monotonic, ms. */
  readonly now: () => number;
}

export class PeerLink {
  readonly #connection: Connection;
  readonly #wallet: GrantWallet;
  readonly #buffers: PooledBuffers;
  readonly #now: () => number;
  /** What the peer has been shown, by group. */
  readonly #shown = new Map<GroupId, string>();
  readonly #stopListening: () => void;
  readonly #channels = new Map<number, OpenChannel>();
  /** Requests for piece hashes that are not yet answered, by number → channel. */
  readonly #layerRequests = new Map<number, number>();
  /** Channels that have something to tell at the end of this turn. */
  readonly #untold = new Set<number>();
  /** Bytes that may still come for channels that were closed. */
  #dueToClosed = 0;
  #nextChannel = 0;
  #nextRequest = 0;
  #roundTripMs: number | undefined;

  /** `connection` has been greeted; its frames and its end are to be passed on to {@link receive} and {@link end}. */
  constructor(connection: Connection, { wallet, shown, hashing, now }: PeerLinkOptions) {
    this.#connection = connection;
    this.#wallet = wallet;
    this.#buffers = hashing.buffers;
    this.#now = now;
    this.#shown.set(shown.group, shown.grant);
    this.#stopListening = wallet.onRenewed((group, grant) => {
      if (this.#shown.has(group)) this.#show(group, grant);
    });
  }

  /** The shortest time that the peer took to answer that it has a file; undefined where it has answered none. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  get closed(): boolean {
    return this.#connection.closed;
  }

  open(group: GroupId, root: ContentRoot, handlers: ChannelHandlers): Channel {
    const channel = this.#nextChannel++;
    const open: OpenChannel = {
      handlers,
      offers: new OfferBatch(),
      askedAtMs: this.#now(),
      isOpened: false,
      news: undefined,
      toldMs: Number.NEGATIVE_INFINITY,
      telling: undefined,
      due: 0,
      credit: 0,
    };
    this.#channels.set(channel, open);
    const grant = this.#wallet.of(group);
    if (grant !== undefined) this.#show(group, grant);
    this.#send({ type: 'open', channel, group, root });
    return {
      requestLayer: (first, count) => this.#requestLayer(channel, first, count),
      offer: (change) => {
        open.offers.put(change);
        this.#tellLater(channel);
      },
      credit: (received, credit) => {
        open.news = { received, credit, clock: Math.round(this.#now()) };
        open.due += Math.max(0, credit - open.credit);
        open.credit = Math.max(open.credit, credit);
        this.#tellNews(channel, open);
      },
      close: () => {
        if (this.#forget(channel) !== undefined) this.#send({ type: 'close', channel });
      },
    };
  }

  /** `isOwn`: the frame lies in the link's buffers. */
  receive(frame: Uint8Array, isOwn: boolean): void {
    let isKept = false;
    const keep = (): void => {
      isKept = true;
    };
    this.#receive(frame, isOwn ? keep : undefined);
    if (isOwn && !isKept) this.#buffers.giveBack(frame);
  }

  #receive(frame: Uint8Array, keep: ArrivedBlock['keep']): void {
    if (isDataFrame(frame)) return this.#takeBytes(frame, keep);
    const decoded = decodeMessage(serverMessage, frame, MAX_REPLY_VALUES);
    if (decoded.ok) this.#take(decoded.message);
    else this.#connection.fail('malformed_message');
  }

  /** The connection has ended. */
  end(): void {
    this.#stopListening();
    for (const channel of [...this.#channels.keys()]) this.#forget(channel)?.gone('disconnected');
  }

  close(): void {
    this.#connection.close();
  }

  #show(group: GroupId, grant: string): void {
    if (this.#shown.get(group) === grant) return;
    this.#shown.set(group, grant);
    this.#send({ type: 'grant', grant });
  }

  #requestLayer(channel: number, first: number, count: number): void {
    const request = this.#nextRequest++;
    this.#layerRequests.set(request, channel);
    this.#send({ type: 'layer', channel, request, first, count });
  }

  /** Where much comes, one word stands for several blocks. */
  #tellNews(channel: number, open: OpenChannel): void {
    const waitMs = open.toldMs + CREDIT_INTERVAL_MS - this.#now();
    if (waitMs <= 0) this.#tellLater(channel);
    else open.telling ??= setTimeout(() => this.#tellLater(channel), waitMs);
  }

  #tellLater(channel: number): void {
    if (!this.#channels.has(channel)) return;
    if (this.#untold.size === 0) setImmediate(() => this.#tell());
    this.#untold.add(channel);
  }

  /** The credit first: a piece that is offered again must not overtake the news that it has come. */
  #tell(): void {
    for (const channel of this.#untold) {
      const open = this.#channels.get(channel);
      if (open === undefined) continue;
      if (open.news !== undefined) this.#sendNews(channel, open, open.news);
      for (const change of open.offers.take())
        this.#connection.send(encodeMessage({ type: 'offer', channel, ...change }));
    }
    this.#untold.clear();
  }

  #sendNews(channel: number, open: OpenChannel, news: NonNullable<OpenChannel['news']>): void {
    this.#send({ type: 'credit', channel, ...news });
    clearTimeout(open.telling);
    open.telling = undefined;
    open.news = undefined;
    open.toldMs = this.#now();
  }

  #takeBytes(frame: Uint8Array, keep: ArrivedBlock['keep']): void {
    const data = readDataFrame(frame);
    if (data === undefined) return this.#connection.fail('malformed_message');
    const open = this.#channels.get(data.channel);
    // The channel was closed while they were on their way; a credit has been given for them all the same.
    const due = open?.due ?? (data.channel < this.#nextChannel ? this.#dueToClosed : 0);
    const left = due - data.bytes.length;
    if (left < 0) return this.#connection.fail('unexpected_message');
    if (open === undefined) {
      this.#dueToClosed = left;
      return;
    }
    open.due = left;
    if (!open.handlers.block(data.offset, { bytes: data.bytes, keep })) this.#connection.fail('unexpected_message');
  }

  #take(message: ServerMessage): void {
    const open = this.#channels.get(message.channel);
    if (open === undefined) return;
    const { handlers } = open;
    switch (message.type) {
      case 'opened':
        if (open.isOpened) return this.#connection.fail('unexpected_message');
        open.isOpened = true;
        this.#roundTripMs = Math.min(this.#roundTripMs ?? Number.POSITIVE_INFINITY, this.#now() - open.askedAtMs);
        return handlers.opened(message.complete ? 'all' : (message.pieces ?? new Uint8Array()));
      case 'refused':
        this.#forget(message.channel);
        return handlers.gone(message.reason);
      case 'have':
        return handlers.have(message.pieces);
      case 'layer_hashes':
        this.#layerRequests.delete(message.request);
        return handlers.layer(message.first, message.hashes);
      case 'rejected':
        if (this.#layerRequests.delete(message.request)) handlers.layerRejected();
    }
  }

  #forget(channel: number): ChannelHandlers | undefined {
    const open = this.#channels.get(channel);
    this.#channels.delete(channel);
    clearTimeout(open?.telling);
    this.#dueToClosed += open?.due ?? 0;
    for (const [request, asked] of this.#layerRequests) {
      if (asked === channel) this.#layerRequests.delete(request);
    }
    return open?.handlers;
  }

  #send(message: DownloaderMessage): void {
    this.#connection.send(encodeMessage(message));
  }
}
