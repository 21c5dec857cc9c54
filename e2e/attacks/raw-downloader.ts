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

export class RawDownloader {
  /** All messages but the hello. */
  readonly said: ServerMessage[] = [];
  readonly closed: Promise<CloseReason>;
  /** Bytes of files that have come. */
  byteCount = 0;
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
    if (isDataFrame(bytes)) this.byteCount += readDataFrame(bytes)?.bytes.length ?? 0;
    else if (decoded.ok) this.said.push(decoded.message);
    this.#heard();
  }
}
