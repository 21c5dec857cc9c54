/** Everybody whom this client serves: takes incoming connections, up to a bound, and lets go of them when it closes. */
import { MAX_SERVED_CONNECTIONS } from '@p2p/protocol';
import type { Connection } from '@p2p/transport';
import { ServingConnection, type ServingOptions } from './serving-connection.js';

export class ServingPeer {
  readonly #options: ServingOptions;
  readonly #connections = new Set<Connection>();

  constructor(options: ServingOptions) {
    this.#options = options;
  }

  /** Serves whoever is at the other end, which dialled. */
  accept(connection: Connection): void {
    if (this.#connections.size >= MAX_SERVED_CONNECTIONS) return connection.close();
    this.#connections.add(connection);
    new ServingConnection(connection, this.#options, () => this.#connections.delete(connection));
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }
}
