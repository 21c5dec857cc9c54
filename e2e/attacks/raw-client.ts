/** A client that says what it likes: real TLS and frames, but messages of the test's own making. */
import { join } from 'node:path';
import {
  decodeMessage,
  encodeMessage,
  MAX_REPLY_FRAME_BYTES,
  MAX_REPLY_VALUES,
  type TrackerMessage,
  trackerMessage,
} from '@p2p/protocol';
import { type CloseReason, type Connection, dialSecure, type Identity, loadOrCreateIdentity } from '@p2p/transport';

const DIAL_TIMEOUT_MS = 10_000;

/** Any message at all: what the schemas refuse is the point. */
export interface RawMessage {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface HelloFields {
  readonly token?: Uint8Array;
  readonly address?: { readonly host: string; readonly port: number };
}

/** A new device key, kept in `directory`. */
export async function newDevice(directory: string, name = 'stranger'): Promise<Identity> {
  const loaded = await loadOrCreateIdentity(join(directory, `${name}.key`));
  if (!loaded.ok) throw new Error(loaded.message);
  return loaded.identity;
}

/** A connection to a port of the loopback address, its TLS done. */
export async function dialRaw(identity: Identity, port: number): Promise<Connection> {
  const dialled = await dialSecure({
    identity,
    host: '127.0.0.1',
    port,
    timeoutMs: DIAL_TIMEOUT_MS,
    maxFrameBytes: MAX_REPLY_FRAME_BYTES,
  });
  if (!dialled.ok) throw new Error(dialled.message);
  return dialled.connection;
}

export class RawClient {
  /** Resolves when the connection is gone, whoever closed it. */
  readonly closed: Promise<CloseReason>;
  /** What the tracker has said without being asked. */
  readonly pushed: TrackerMessage[] = [];
  readonly #connection: Connection;
  readonly #waiting = new Map<number, (reply: TrackerMessage) => void>();
  #lastId = 0;
  #counter = Date.now();

  private constructor(connection: Connection) {
    this.#connection = connection;
    this.closed = new Promise((closed) => {
      connection.start({ frame: (frame) => this.#take(frame), closed });
    });
  }

  /** Connected, nothing said yet. */
  static async dial(identity: Identity, port: number): Promise<RawClient> {
    return new RawClient(await dialRaw(identity, port));
  }

  /** Connected and greeted. */
  static async connect(identity: Identity, port: number, hello: HelloFields = {}): Promise<RawClient> {
    const client = await RawClient.dial(identity, port);
    const reply = await client.ask({ type: 'hello', protocol: 1, counter: client.nextCounter(), ...hello });
    if (reply.type !== 'hello.ok') throw new Error(`the hello got ${JSON.stringify(reply)}`);
    return client;
  }

  /** A number for a change that this device has not asked for yet. */
  nextCounter(): number {
    return this.#counter++;
  }

  /** Sends a message with a fresh id and waits for what answers it. Rejects when the connection ends first. */
  ask(message: RawMessage): Promise<TrackerMessage> {
    const id = ++this.#lastId;
    const answered = new Promise<TrackerMessage>((resolve) => this.#waiting.set(id, resolve));
    this.send({ ...message, id });
    const ended = this.closed.then((reason) => {
      throw new Error(`closed instead of an answer to ${message.type}: ${JSON.stringify(reason)}`);
    });
    return Promise.race([answered, ended]);
  }

  /** Asks for a change, under a new request id. */
  change(message: RawMessage): Promise<TrackerMessage> {
    return this.ask({ counter: this.nextCounter(), ...message });
  }

  send(message: RawMessage): void {
    this.#connection.send(encodeMessage(message));
  }

  /** One frame of any bytes. */
  sendFrame(bytes: Uint8Array): void {
    this.#connection.send(bytes);
  }

  close(): Promise<CloseReason> {
    this.#connection.close();
    return this.closed;
  }

  #take(frame: Uint8Array): void {
    const decoded = decodeMessage(trackerMessage, frame, MAX_REPLY_VALUES);
    if (!decoded.ok) return;
    if (!('id' in decoded.message)) return void this.pushed.push(decoded.message);
    this.#waiting.get(decoded.message.id)?.(decoded.message);
    this.#waiting.delete(decoded.message.id);
  }
}

/** The code with which a request was refused, or the type of the reply that it got instead. */
export function codeOf(reply: TrackerMessage): string {
  return reply.type === 'error' ? reply.code : reply.type;
}
