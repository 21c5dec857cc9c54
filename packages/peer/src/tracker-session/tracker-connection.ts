/**
 * One connection to one tracker: frames in, checked messages out. Messages that nobody takes yet are held, so that
 * none is missed between the answer to the hello and whoever takes over from there.
 */
import {
  decodeMessage,
  encodeMessage,
  type HelloRequest,
  MAX_REPLY_VALUES,
  type MutationInput,
  type QueryInput,
  type TrackerMessage,
  trackerMessage,
} from '@p2p/protocol';
import type { Connection } from '@p2p/transport';

export type TrackerRequest = HelloRequest | MutationInput | QueryInput;

export interface TrackerConnectionHandlers {
  message(message: TrackerMessage): void;
  /** Called once, after the last message. */
  closed(): void;
}

export class TrackerConnection {
  readonly #connection: Connection;
  #handlers: TrackerConnectionHandlers | undefined;
  #held: TrackerMessage[] = [];
  #ended = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.start({ frame: (frame) => this.#receive(frame), closed: () => this.#end() });
  }

  /** SHA-256 of the key that the tracker has shown. */
  get key(): string {
    return this.#connection.remote.key;
  }

  /** Hands over what was held and all that follows. */
  attach(handlers: TrackerConnectionHandlers): void {
    this.#handlers = handlers;
    // A handler may let go again while it takes the first of them.
    while (this.#handlers === handlers) {
      const message = this.#held.shift();
      if (message === undefined) break;
      handlers.message(message);
    }
    if (this.#ended) this.#handlers?.closed();
  }

  /** The next message, or undefined where none comes within `timeoutMs`. Later ones are held again. */
  next(timeoutMs: number, signal: AbortSignal): Promise<TrackerMessage | undefined> {
    return new Promise((resolve) => {
      const settle = (message: TrackerMessage | undefined): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.#handlers = undefined;
        resolve(message);
      };
      const abort = (): void => settle(undefined);
      const timer = setTimeout(abort, timeoutMs);
      signal.addEventListener('abort', abort);
      this.attach({ message: settle, closed: abort });
    });
  }

  /** Closes by itself when nothing is heard for this long. */
  setSilenceTimeout(milliseconds: number): void {
    this.#connection.setSilenceTimeout(milliseconds);
  }

  send(request: TrackerRequest): void {
    this.#connection.send(encodeMessage(request));
  }

  /** Ends the connection because the tracker broke the protocol. */
  fail(): void {
    this.#connection.fail('unexpected_message');
  }

  close(): void {
    this.#connection.close();
  }

  #receive(frame: Uint8Array): void {
    const decoded = decodeMessage(trackerMessage, frame, MAX_REPLY_VALUES);
    if (!decoded.ok) this.#connection.fail('malformed_message');
    else if (this.#handlers === undefined) this.#held.push(decoded.message);
    else this.#handlers.message(decoded.message);
  }

  #end(): void {
    this.#ended = true;
    this.#handlers?.closed();
  }
}
