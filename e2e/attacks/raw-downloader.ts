/** Somebody who dials a client and asks it for what he likes, and collects what it says and sends. */
import {
  decodeMessage,
  encodeMessage,
  isDataFrame,
  MAX_REPLY_VALUES,
  readDataFrame,
  type ServerMessage,
  serverMessage,
} from '@p2p/protocol';
import type { CloseReason, Connection, Identity } from '@p2p/transport';
import { dialRaw, type RawMessage } from './raw-client.js';

/** What may come ahead of what has come. */
const CREDIT_BYTES = 1024 * 1024;

export class RawDownloader {
  /** All messages but the hello. */
  readonly said: ServerMessage[] = [];
  readonly closed: Promise<CloseReason>;
  /** Bytes of files that have come. */
  byteCount = 0;
  /** What has come, by channel of which bytes are taken. */
  readonly #received = new Map<number, number>();
  readonly #connection: Connection;
  #heard: () => void = () => undefined;
  #hasEnded = false;

  private constructor(connection: Connection) {
    this.#connection = connection;
    this.closed = new Promise((closed) => {
      connection.start({ frame: (bytes) => this.#take(bytes), closed });
    }).then((reason) => {
      this.#hasEnded = true;
      this.#heard();
      return reason as CloseReason;
    });
  }

  /** Connected to a port of the loopback address, and has said hello with this grant. */
  static async dial(identity: Identity, port: number, grant?: string): Promise<RawDownloader> {
    const raw = new RawDownloader(await dialRaw(identity, port));
    raw.send({ type: 'hello', protocol: 1, role: 'download', ...(grant === undefined ? {} : { grant }) });
    return raw;
  }

  send(message: RawMessage): void {
    this.#connection.send(encodeMessage(message));
  }

  /** Would take the first pieces of an open file, and acknowledges what comes of them. */
  take(channel: number, pieceCount: number): void {
    this.#acknowledge(channel, this.#received.get(channel) ?? 0);
    this.send({ type: 'offer', channel, add: [[0, pieceCount]] });
  }

  /** Waits until it has been said `count` messages in all; they are returned. Throws where the connection ends before. */
  async heard(count: number): Promise<ServerMessage[]> {
    await this.#until(() => this.said.length >= count);
    return this.said;
  }

  /** Waits until so many bytes of files have come. Throws where the connection ends before. */
  got(byteCount: number): Promise<void> {
    return this.#until(() => this.byteCount >= byteCount);
  }

  close(): Promise<CloseReason> {
    this.#connection.close();
    return this.closed;
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.#hasEnded) throw new Error(`the connection has ended; it was said ${JSON.stringify(this.said)}`);
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  #take(bytes: Uint8Array): void {
    const decoded = decodeMessage(serverMessage, bytes, MAX_REPLY_VALUES);
    if (isDataFrame(bytes)) this.#takeBytes(bytes);
    else if (decoded.ok) this.said.push(decoded.message);
    this.#heard();
  }

  #takeBytes(frame: Uint8Array): void {
    const data = readDataFrame(frame);
    if (data === undefined) return;
    const { channel, bytes } = data;
    this.byteCount += bytes.length;
    const before = this.#received.get(channel);
    if (before === undefined) return;
    this.#acknowledge(channel, before + bytes.length);
  }

  #acknowledge(channel: number, received: number): void {
    this.#received.set(channel, received);
    this.send({
      type: 'credit',
      channel,
      received,
      credit: received + CREDIT_BYTES,
      clock: Math.round(performance.now()),
    });
  }
}
