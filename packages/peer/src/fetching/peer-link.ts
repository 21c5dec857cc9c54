/**
 * The downloading side of one connection between peers: channels for any number of files, messages parsed, bytes put
 * together to what was asked for and handed to the channel it belongs to. What to ask for is decided elsewhere.
 */
import {
  type ChannelRefused,
  type ContentRoot,
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
import type { GrantWallet } from './grant-wallet.js';

export interface ChannelHandlers {
  /** The file is there; `pieces` is its bitfield where not all of it is. */
  opened(pieces: Uint8Array | 'all'): void;
  have(pieces: readonly number[]): void;
  layer(first: number, hashes: Uint8Array): void;
  /** The peer will not give piece hashes. */
  layerRejected(): void;
  /** Some bytes of a request have come. */
  progress(byteCount: number): void;
  /** All bytes of a request have come; they belong to the callee. */
  received(request: number, bytes: Uint8Array): void;
  rejected(request: number): void;
  /** The channel is no more: refused, or the connection has ended. Nothing follows. */
  gone(reason: ChannelRefused['reason'] | 'disconnected'): void;
}

/** One file at one peer. */
export interface Channel {
  /** Asks for piece hashes. */
  requestLayer(first: number, count: number): void;
  /** Asks for the bytes `[start, end)`; returns the request's number. */
  requestBytes(start: number, end: number): number;
  cancel(request: number): void;
  /** The handlers are not called any more. */
  close(): void;
}

interface Incoming {
  readonly channel: number;
  readonly start: number;
  readonly bytes: Uint8Array;
  filled: number;
}

export class PeerLink {
  readonly #connection: Connection;
  readonly #wallet: GrantWallet;
  /** What the peer has been shown, by group. */
  readonly #shown = new Map<GroupId, string>();
  readonly #stopListening: () => void;
  readonly #channels = new Map<number, ChannelHandlers>();
  /** Requests for bytes that are not yet answered in full. */
  readonly #incoming = new Map<number, Incoming>();
  /** Requests for piece hashes that are not yet answered, by number → channel. */
  readonly #layerRequests = new Map<number, number>();
  #nextChannel = 0;
  #nextRequest = 0;

  /** `connection` has been greeted; its frames and its end are to be passed on to {@link receive} and {@link end}. */
  constructor(connection: Connection, wallet: GrantWallet) {
    this.#connection = connection;
    this.#wallet = wallet;
    this.#stopListening = wallet.onRenewed((group, grant) => {
      if (this.#shown.has(group)) this.#show(group, grant);
    });
  }

  get closed(): boolean {
    return this.#connection.closed;
  }

  open(group: GroupId, root: ContentRoot, handlers: ChannelHandlers): Channel {
    const channel = this.#nextChannel++;
    this.#channels.set(channel, handlers);
    const grant = this.#wallet.of(group);
    if (grant !== undefined) this.#show(group, grant);
    this.#send({ type: 'open', channel, group, root });
    return {
      requestLayer: (first, count) => this.#requestLayer(channel, first, count),
      requestBytes: (start, end) => this.#requestBytes(channel, start, end),
      cancel: (request) => {
        if (this.#incoming.delete(request)) this.#send({ type: 'cancel', channel, request });
      },
      close: () => {
        if (this.#forget(channel) !== undefined) this.#send({ type: 'close', channel });
      },
    };
  }

  receive(frame: Uint8Array): void {
    if (isDataFrame(frame)) return this.#takeBytes(frame);
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

  #requestBytes(channel: number, start: number, end: number): number {
    const request = this.#nextRequest++;
    this.#incoming.set(request, { channel, start, bytes: Buffer.allocUnsafeSlow(end - start), filled: 0 });
    this.#send({ type: 'request', channel, request, ranges: [[start, end]] });
    return request;
  }

  #takeBytes(frame: Uint8Array): void {
    const data = readDataFrame(frame);
    if (data === undefined) return this.#connection.fail('malformed_message');
    const incoming = this.#incoming.get(data.request);
    // Cancelled, or its channel closed, while these bytes were on their way.
    if (incoming === undefined) return;
    const { channel, start, bytes, filled } = incoming;
    const fits = data.offset === start + filled && data.bytes.length <= bytes.length - filled;
    if (!fits) return this.#connection.fail('unexpected_message');
    bytes.set(data.bytes, filled);
    incoming.filled += data.bytes.length;
    const handlers = this.#channels.get(channel);
    handlers?.progress(data.bytes.length);
    if (incoming.filled < bytes.length || !this.#incoming.delete(data.request)) return;
    handlers?.received(data.request, bytes);
  }

  #take(message: ServerMessage): void {
    const handlers = this.#channels.get(message.channel);
    if (handlers === undefined) return;
    switch (message.type) {
      case 'opened':
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
        if (this.#incoming.delete(message.request)) handlers.rejected(message.request);
        else if (this.#layerRequests.delete(message.request)) handlers.layerRejected();
    }
  }

  #forget(channel: number): ChannelHandlers | undefined {
    const handlers = this.#channels.get(channel);
    this.#channels.delete(channel);
    for (const [request, incoming] of this.#incoming) {
      if (incoming.channel === channel) this.#incoming.delete(request);
    }
    for (const [request, asked] of this.#layerRequests) {
      if (asked === channel) this.#layerRequests.delete(request);
    }
    return handlers;
  }

  #send(message: DownloaderMessage): void {
    this.#connection.send(encodeMessage(message));
  }
}
