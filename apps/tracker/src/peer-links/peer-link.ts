/** One connection to another tracker: SYNC messages in and out, and a ping that tells a busy tracker from a dead one. */
import {
  decodeMessage,
  encodeMessage,
  MAX_SYNC_VALUES,
  PING_INTERVAL_MS,
  SILENCE_TIMEOUT_MS,
  type SyncMessage,
  syncMessage,
} from '@p2p/protocol';
import type { CloseReason, Connection } from '@p2p/transport';

export type PeerLinkHandlers = {
  /** Pings are answered here and never seen above. */
  message(message: Exclude<SyncMessage, { type: 'ping' | 'pong' }>): void;
  closed(reason: CloseReason): void;
};

export class PeerLink {
  readonly #connection: Connection;
  readonly #handlers: PeerLinkHandlers;
  readonly #pinging: NodeJS.Timeout;

  constructor(connection: Connection, handlers: PeerLinkHandlers) {
    this.#connection = connection;
    this.#handlers = handlers;
    this.#pinging = setInterval(() => this.send({ type: 'ping' }), PING_INTERVAL_MS);
    connection.setSilenceTimeout(SILENCE_TIMEOUT_MS);
    connection.start({
      frame: (frame) => this.#take(frame),
      closed: (reason) => {
        clearInterval(this.#pinging);
        handlers.closed(reason);
      },
    });
  }

  /** The key that the other side has shown. */
  get shownKey(): string {
    return this.#connection.remote.key;
  }

  send(message: SyncMessage): void {
    this.#connection.send(encodeMessage(message));
  }

  /** Resolves when there is room for more, or the link is gone. */
  drained(): Promise<void> {
    return this.#connection.drained();
  }

  close(): void {
    this.#connection.close();
  }

  #take(frame: Uint8Array): void {
    const decoded = decodeMessage(syncMessage, frame, MAX_SYNC_VALUES);
    if (!decoded.ok) return this.#connection.fail('malformed_message');
    const { message } = decoded;
    if (message.type === 'ping') this.send({ type: 'pong' });
    else if (message.type !== 'pong') this.#handlers.message(message);
  }
}
