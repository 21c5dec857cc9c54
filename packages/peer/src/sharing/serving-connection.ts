/**
 * The serving side of one connection between peers: a downloader shows grants, opens channels for files of the library,
 * asks for piece hashes and says which pieces it would take. What it asks for is found by group and content, and only in
 * groups for which it has shown a grant; no path crosses the wire. What is sent when is the matter of upload-floor.ts.
 */
import {
  type ChannelOpened,
  type ChannelRefused,
  type DownloaderMessage,
  decodeMessage,
  downloaderMessage,
  encodeMessage,
  type FileId,
  type GroupId,
  HAVE_INTERVAL_MS,
  HELLO_TIMEOUT_MS,
  IDLE_SERVED_CONNECTION_MS,
  MAX_CHANNELS,
  MAX_DOWNLOADER_BACKLOG_BYTES,
  MAX_GRANTS_PER_CONNECTION,
  MAX_OPEN_PIECES,
  MAX_PIECES_PER_HAVE,
  MAX_REQUEST_FRAME_BYTES,
  PROTOCOL_VERSION,
  peerHello,
  type ServerMessage,
} from '@p2p/protocol';
import type { Grant } from '@p2p/statements';
import { HASH_BYTES } from '@p2p/swarm';
import type { Connection } from '@p2p/transport';
import type { Library, SharedFile } from '../library/library.js';
import type { Gatekeeper } from './gatekeeper.js';
import { limitedLane } from './limited-lane.js';
import type { RateLimiter } from './rate-limiter.js';
import type { Taker, UploadFloor, UploadLane } from './upload-floor.js';

export interface ServingOptions {
  readonly library: Library;
  /** Everybody's: bytes of files go through it. */
  readonly uploads: UploadFloor;
  readonly gatekeeper: Gatekeeper;
  /** A file's own limit, as it is by now. */
  readonly limiterOf?: (file: FileId) => RateLimiter | undefined;
  /** A source file is no longer the one that was hashed. */
  readonly changed: (file: SharedFile) => void;
}

interface OpenChannel {
  readonly file: SharedFile;
  readonly lane: UploadLane;
  /** Became available since the last `have`. */
  readonly newPieces: number[];
  readonly stopListening: () => void;
}

type Of<T extends DownloaderMessage['type']> = Extract<DownloaderMessage, { type: T }>;

export class ServingConnection {
  readonly #connection: Connection;
  readonly #options: ServingOptions;
  readonly #channels = new Map<number, OpenChannel>();
  readonly #grants = new Map<GroupId, Grant>();
  readonly #stopListening: () => void;
  /** Pieces of all files that are open. */
  #openPieces = 0;
  #greeted = false;
  /** Until the hello, and while no channel is open: nobody holds a place for nothing. */
  #deadline: NodeJS.Timeout;
  #haveTimer: NodeJS.Timeout | undefined;

  constructor(connection: Connection, options: ServingOptions, closed: () => void) {
    this.#connection = connection;
    this.#options = options;
    this.#stopListening = options.gatekeeper.onEnd(() => this.reviewGrants());
    this.#deadline = setTimeout(() => connection.fail('hello_timeout'), HELLO_TIMEOUT_MS);
    connection.start({
      frame: (frame) => this.#receive(frame),
      closed: () => {
        this.#release();
        closed();
      },
    });
  }

  /** What the downloader has shown and may go by. */
  get grants(): Iterable<Grant> {
    return this.#grants.values();
  }

  /** Ends what is granted no longer. Due every now and then: grants expire. */
  reviewGrants(): void {
    const over = [...this.#grants.values()].filter((grant) => !this.#options.gatekeeper.mayGoOn(grant));
    if (over.length === 0) return;
    for (const { group } of over) this.#grants.delete(group);
    // Not even what is on its way to it any more.
    if (this.#grants.size === 0) return this.#connection.fail('no_grant');
    for (const [channel, { file }] of this.#channels) {
      if (!this.#grants.has(file.group)) this.#refuse(channel, 'not_allowed');
    }
  }

  #receive(frame: Uint8Array): void {
    if (!this.#greeted) return this.#greet(frame);
    const decoded = decodeMessage(downloaderMessage, frame);
    if (decoded.ok) this.#take(decoded.message);
    else this.#connection.fail('malformed_message');
  }

  #greet(frame: Uint8Array): void {
    const decoded = decodeMessage(peerHello, frame);
    if (!decoded.ok) return this.#connection.fail('malformed_message');
    if (decoded.message.protocol !== PROTOCOL_VERSION) return this.#connection.fail('unsupported_version');
    // Two who both serve have nothing to say to each other.
    if (decoded.message.role !== 'download') return this.#connection.fail('unexpected_message');
    const { grant } = decoded.message;
    if (grant === undefined) return this.#connection.fail('no_grant');
    this.#admit(grant, (admitted) => {
      if (!admitted) return this.#connection.fail('no_grant');
      this.#greeted = true;
      this.#awaitChannel();
      this.#connection.setMaxFrameBytes(MAX_REQUEST_FRAME_BYTES);
      this.#connection.send(encodeMessage({ type: 'hello', protocol: PROTOCOL_VERSION, role: 'serve' }));
    });
  }

  /** Nothing else is read until it is known what the grant is worth. One that is worth nothing changes nothing. */
  #admit(text: string, judged: (admitted: boolean) => void): void {
    this.#connection.pause();
    void this.#options.gatekeeper.admit(text, this.#connection.remote.key).then((grant) => {
      if (this.#connection.closed) return;
      const admitted = grant !== undefined && (this.#grants.has(grant.group) || this.#hasRoom());
      if (admitted) this.#grants.set(grant.group, grant);
      if (admitted) this.#connection.setUser(grant.user);
      judged(admitted);
      this.#connection.resume();
    });
  }

  #hasRoom(): boolean {
    return this.#grants.size < MAX_GRANTS_PER_CONNECTION;
  }

  #take(message: DownloaderMessage): void {
    switch (message.type) {
      case 'grant':
        return this.#admit(message.grant, () => undefined);
      case 'open':
        return this.#open(message);
      case 'close':
        return this.#close(message.channel);
      case 'layer':
        return this.#sendLayer(message);
      case 'offer':
        return this.#offer(message);
      case 'credit':
        return this.#credit(message);
    }
  }

  #open({ channel, group, root }: Of<'open'>): void {
    if (this.#channels.has(channel)) return this.#connection.fail('unexpected_message');
    if (this.#channels.size >= MAX_CHANNELS) return this.#refuse(channel, 'too_many_channels');
    const grant = this.#grants.get(group);
    if (grant === undefined || !this.#options.gatekeeper.isGood(grant)) return this.#refuse(channel, 'not_allowed');
    const file = this.#options.library.servable(group, root);
    if (file === undefined) return this.#refuse(channel, 'not_shared');
    const { pieceCount } = file.content.geometry;
    if (this.#openPieces + pieceCount > MAX_OPEN_PIECES) return this.#refuse(channel, 'too_many_channels');
    this.#openPieces += pieceCount;
    const newPieces: number[] = [];
    const stopListening = this.#follow(file, {
      piece: (piece) => {
        newPieces.push(piece);
        this.#haveTimer ??= setTimeout(() => this.#sendHaves(), HAVE_INTERVAL_MS);
      },
      // Somebody logged out, or the file is shared no longer.
      withdrawn: () => this.#refuse(channel, 'not_shared'),
    });
    const changed = (): void => this.#withdrawChanged(channel);
    const lane = this.#openLane({ connection: this.#connection, channel, content: file.content, changed }, file.id);
    this.#channels.set(channel, { file, lane, newPieces, stopListening });
    clearTimeout(this.#deadline);
    const opened: ChannelOpened = { type: 'opened', channel, complete: file.content.pieces.isFull };
    this.#send(opened.complete ? opened : { ...opened, pieces: file.content.pieces.toBytes() });
  }

  #follow(file: SharedFile, follower: { piece(index: number): void; withdrawn(): void }): () => void {
    const stops = [
      file.content.onPiece((piece) => follower.piece(piece)),
      this.#options.library.whileServable(file, () => follower.withdrawn()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  #openLane(taker: Taker, file: FileId): UploadLane {
    const { uploads, limiterOf } = this.#options;
    return limitedLane(uploads.open(taker), () => limiterOf?.(file));
  }

  #close(channel: number): void {
    const open = this.#channels.get(channel);
    if (open === undefined) return;
    this.#channels.delete(channel);
    this.#openPieces -= open.file.content.geometry.pieceCount;
    open.stopListening();
    open.lane.close();
    if (this.#channels.size === 0) this.#awaitChannel();
  }

  #awaitChannel(): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#connection.close(), IDLE_SERVED_CONNECTION_MS);
  }

  #sendLayer({ channel, request, first, count }: Of<'layer'>): void {
    const layer = this.#channels.get(channel)?.file.content.tree.layer;
    if (layer === undefined || (first + count) * HASH_BYTES > layer.length) return this.#reject(channel, request);
    const hashes = layer.subarray(first * HASH_BYTES, (first + count) * HASH_BYTES);
    this.#send({ type: 'layer_hashes', channel, request, first, hashes });
  }

  /** What is said of a channel that has been refused meanwhile has crossed the refusal. */
  #offer({ channel, add = [], spare = [], remove = [] }: Of<'offer'>): void {
    const open = this.#channels.get(channel);
    if (open === undefined) return;
    const { pieceCount } = open.file.content.geometry;
    // In order: none ends behind the last.
    const isWithin = [add, spare, remove].every((runs) => (runs.at(-1)?.[1] ?? 0) <= pieceCount);
    if (isWithin) open.lane.offer({ add, spare, remove });
    else this.#connection.fail('unexpected_message');
  }

  #credit({ channel, received, credit, clock }: Of<'credit'>): void {
    const isSound = this.#channels.get(channel)?.lane.credit({ received, credit, clockMs: clock }) !== false;
    if (!isSound) this.#connection.fail('unexpected_message');
  }

  #sendHaves(): void {
    this.#haveTimer = undefined;
    for (const [channel, { newPieces }] of this.#channels) {
      while (newPieces.length > 0) {
        this.#send({ type: 'have', channel, pieces: newPieces.splice(0, MAX_PIECES_PER_HAVE) });
      }
    }
  }

  #withdrawChanged(channel: number): void {
    const file = this.#channels.get(channel)?.file;
    this.#refuse(channel, 'file_changed');
    if (file !== undefined) this.#options.changed(file);
  }

  #reject(channel: number, request: number): void {
    this.#send({ type: 'rejected', channel, request });
  }

  #refuse(channel: number, reason: ChannelRefused['reason']): void {
    this.#close(channel);
    this.#send({ type: 'refused', channel, reason });
  }

  /** Bytes of files wait until others are taken; answers don't, so somebody who takes none of them must go. */
  #send(message: ServerMessage): void {
    this.#connection.send(encodeMessage(message));
    if (this.#connection.bufferedBytes > MAX_DOWNLOADER_BACKLOG_BYTES) this.#connection.fail('too_slow');
  }

  #release(): void {
    clearTimeout(this.#haveTimer);
    this.#stopListening();
    for (const channel of [...this.#channels.keys()]) this.#close(channel);
    clearTimeout(this.#deadline);
  }
}
