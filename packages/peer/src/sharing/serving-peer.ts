/**
 * Everybody whom this client serves: takes incoming connections, up to a bound, sees to it that grants end in time, and
 * lets go of everybody when it closes.
 */
import { MAX_REVIEWED_GRANTS, MAX_SERVED_CONNECTIONS, MAX_SERVED_CONNECTIONS_PER_DEVICE } from '@p2p/protocol';
import type { Grant } from '@p2p/statements';
import type { Connection } from '@p2p/transport';
import { ServingConnection, type ServingOptions } from './serving-connection.js';

/** How often it is looked at whether grants have expired. */
const REVIEW_INTERVAL_MS = 1_000;

/** Asks a tracker which of these rest on something that is no more; undefined where it could not be asked. */
export type AskEnded = (grants: readonly Grant[]) => Promise<readonly number[] | undefined>;

export class ServingPeer {
  readonly #options: ServingOptions;
  readonly #connections = new Map<Connection, ServingConnection>();
  #reviewing: NodeJS.Timeout | undefined;

  constructor(options: ServingOptions) {
    this.#options = options;
  }

  /** Serves whoever is at the other end, which dialled. */
  accept(connection: Connection): void {
    if (this.#connections.size >= MAX_SERVED_CONNECTIONS) return connection.close();
    this.#makeRoomFor(connection.remote.key);
    const closed = (): void => {
      this.#connections.delete(connection);
      if (this.#connections.size === 0) this.#stopReviewing();
    };
    this.#connections.set(connection, new ServingConnection(connection, this.#options, closed));
    this.#reviewing ??= setInterval(() => this.#review(), REVIEW_INTERVAL_MS);
  }

  /** A tracker is there again: what it would have said meanwhile is asked for. */
  async catchUp(ask: AskEnded): Promise<void> {
    const grants = [...this.#connections.values()].flatMap((connection) => [...connection.grants]);
    for (let at = 0; at < grants.length; at += MAX_REVIEWED_GRANTS) {
      const asked = grants.slice(at, at + MAX_REVIEWED_GRANTS);
      const ended = await ask(asked);
      if (ended === undefined) return;
      const isOver = new Set(ended);
      this.#options.gatekeeper.endAll(asked.filter((_, index) => isOver.has(index)));
    }
  }

  close(): void {
    for (const connection of this.#connections.keys()) connection.close();
  }

  /** A downloader that dials again may have lost connections of which nothing has been heard here. */
  #makeRoomFor(device: string): void {
    const own = [...this.#connections.keys()].filter(({ remote, closed }) => remote.key === device && !closed);
    if (own.length >= MAX_SERVED_CONNECTIONS_PER_DEVICE) own[0]?.close();
  }

  #review(): void {
    for (const connection of this.#connections.values()) connection.reviewGrants();
  }

  #stopReviewing(): void {
    clearInterval(this.#reviewing);
    this.#reviewing = undefined;
  }
}
