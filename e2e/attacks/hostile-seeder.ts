/** A member of a group who announces a file and then serves it in whatever way a test has in mind. */
import { randomBytes } from 'node:crypto';
import { type ClientProgram, type Cluster, passwordOf } from '@p2p/harness';
import {
  DATA_HEADER_BYTES,
  type DownloaderMessage,
  decodeMessage,
  downloaderMessage,
  encodeMessage,
  MAX_PEER_FRAME_BYTES,
  writeDataHeader,
} from '@p2p/protocol';
import { type Connection, listenSecure, type SecureServer } from '@p2p/transport';
import { pieceLayer } from '../pieces-root.js';
import { codeOf, newDevice, RawClient, type RawMessage } from './raw-client.js';

/** Of files up to 16 GiB. */
export const PIECE_BYTES = 256 * 1024;

/** The numbers of these runs. */
export function piecesOf(runs: readonly (readonly [number, number])[]): number[] {
  return runs.flatMap(([first, end]) => Array.from({ length: end - first }, (_, at) => first + at));
}

/** How often it shows a tracker that it is there. */
const STAYING_MS = 5_000;

type MessageOf<T extends DownloaderMessage['type']> = Extract<DownloaderMessage, { type: T }>;

/** What is done on a downloader's message; without one, the honest thing. */
export type Misbehaviour = {
  readonly [T in DownloaderMessage['type']]?: (message: MessageOf<T>, downloader: Downloader) => void;
};

/** Who is at the other end of a connection to the hostile seeder. */
export class Downloader {
  readonly connection: Connection;
  /** Of the true file. */
  readonly content: Uint8Array;
  /** Pieces that are asked for, by channel, in the order in which they are to be sent. */
  readonly #wanted = new Map<number, Set<number>>();
  /** Up to where bytes may be sent, and how many have been, by channel. */
  readonly #credits = new Map<number, number>();
  readonly #sent = new Map<number, number>();

  constructor(connection: Connection, content: Uint8Array) {
    this.connection = connection;
    this.content = content;
  }

  send(message: RawMessage): void {
    this.connection.send(encodeMessage(message));
  }

  sendBytes(channel: number, offset: number, bytes: Uint8Array): void {
    const header = new Uint8Array(DATA_HEADER_BYTES);
    writeDataHeader(header, channel, offset);
    this.connection.send(header, bytes);
    this.#sent.set(channel, (this.#sent.get(channel) ?? 0) + bytes.length);
  }

  /** The bytes of a piece. */
  piece(index: number): Uint8Array {
    return this.content.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES);
  }

  serveHonestly(message: DownloaderMessage): void {
    switch (message.type) {
      case 'open':
        return this.send({ type: 'opened', channel: message.channel, complete: true });
      case 'layer': {
        const { channel, request, first, count } = message;
        const hashes = pieceLayer(this.content, PIECE_BYTES).subarray(first * 32, (first + count) * 32);
        return this.send({ type: 'layer_hashes', channel, request, first, hashes });
      }
      case 'offer':
        this.note(message);
        return this.#sendPieces(message.channel);
      case 'credit':
        this.#credits.set(message.channel, message.credit);
        return this.#sendPieces(message.channel);
    }
  }

  /** What the downloader would take by now. */
  note({ channel, add = [], spare = [], remove = [] }: MessageOf<'offer'>): void {
    const wanted = this.#wanted.get(channel) ?? new Set();
    this.#wanted.set(channel, wanted);
    for (const piece of piecesOf(remove)) wanted.delete(piece);
    for (const piece of piecesOf([...add, ...spare])) wanted.add(piece);
  }

  /** One after the other, as far as the credit goes. */
  #sendPieces(channel: number): void {
    for (const piece of this.#wanted.get(channel) ?? []) {
      const bytes = this.piece(piece);
      const left = (this.#credits.get(channel) ?? 0) - (this.#sent.get(channel) ?? 0);
      if (left < bytes.length) return;
      this.#wanted.get(channel)?.delete(piece);
      this.sendBytes(channel, piece * PIECE_BYTES, bytes);
    }
  }
}

export interface HostileSeederOptions {
  readonly cluster: Cluster;
  readonly owner: ClientProgram;
  readonly user: string;
  readonly group: string;
  readonly file: string;
  readonly content: Uint8Array;
  readonly misbehaviour: Misbehaviour;
}

export class HostileSeeder {
  /** Resolves when it has done harm for the first time. */
  readonly misbehaved: Promise<void>;
  #hasMisbehaved: () => void = () => undefined;
  readonly #options: HostileSeederOptions;
  #server: SecureServer | undefined;
  #staying: NodeJS.Timeout | undefined;
  #tracker: RawClient | undefined;

  private constructor(options: HostileSeederOptions) {
    this.#options = options;
    this.misbehaved = new Promise((resolve) => {
      this.#hasMisbehaved = resolve;
    });
  }

  /** Becomes a member of the group, and announces the file as whole. */
  static async start(options: HostileSeederOptions): Promise<HostileSeeder> {
    const seeder = new HostileSeeder(options);
    const { cluster, owner, user, group, file } = options;
    const identity = await newDevice(cluster.directory, user);
    const listening = await listenSecure({
      identity,
      host: '127.0.0.1',
      port: 0,
      maxFrameBytes: MAX_PEER_FRAME_BYTES,
      onConnection: (connection) => seeder.#serve(connection),
    });
    if (!listening.ok) throw new Error(listening.message);
    const { server } = listening;
    const address = { host: server.host, port: server.port };
    const tracker = await RawClient.connect(identity, cluster.port(1), { address });
    seeder.#server = server;
    seeder.#tracker = tracker;
    const password = passwordOf(user);
    await tracker.change({ type: 'create_user', user, password });
    await tracker.change({ type: 'login', user, password, token: randomBytes(32) });
    await tracker.change({ type: 'join_group', group });
    await owner.succeed(`accept_request ${group} ${user}`);
    const swarm = await tracker.ask({ type: 'open_swarm', group, file });
    if (swarm.type !== 'open_swarm.ok') throw new Error(`no swarm: ${codeOf(swarm)}`);
    await tracker.ask({ type: 'announce', add: [{ file: swarm.file, complete: true }], remove: [] });
    // Whoever says nothing for long is taken for gone, and nobody dials him any more.
    seeder.#staying = setInterval(() => tracker.ask({ type: 'ping' }).catch(() => undefined), STAYING_MS);
    return seeder;
  }

  async stop(): Promise<void> {
    clearInterval(this.#staying);
    await this.#tracker?.close();
    await this.#server?.close();
  }

  #serve(connection: Connection): void {
    const downloader = new Downloader(connection, this.#options.content);
    let isGreeted = false;
    connection.start({
      frame: (frame) => {
        if (!isGreeted) {
          isGreeted = true;
          downloader.send({ type: 'hello', protocol: 1, role: 'serve' });
          return;
        }
        const decoded = decodeMessage(downloaderMessage, frame);
        if (!decoded.ok) throw new Error(`the downloader sent nonsense: ${decoded.reason}`);
        this.#answer(decoded.message, downloader);
      },
      closed: () => undefined,
    });
  }

  #answer(message: DownloaderMessage, downloader: Downloader): void {
    // The message's type picks the member that takes it.
    const misbehave = this.#options.misbehaviour[message.type] as
      | ((message: DownloaderMessage, downloader: Downloader) => void)
      | undefined;
    if (misbehave === undefined) return downloader.serveHonestly(message);
    misbehave(message, downloader);
    this.#hasMisbehaved();
  }
}
