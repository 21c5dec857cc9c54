/** All clients that are connected here, and what concerns them together: sessions that end, the end of the tracker. */
import type { OperationKind } from '@p2p/protocol';
import type { Connection } from '@p2p/transport';
import { ClientConnection } from './client-connection.js';
import type { Services } from './services.js';

/** After these a session that was in force may no longer be. */
const endingSessions: ReadonlySet<OperationKind> = new Set(['close_session', 'set_credential']);

export class ClientConnections {
  readonly #services: Services;
  readonly #connections = new Set<ClientConnection>();

  constructor(services: Services) {
    this.#services = services;
    services.replicated.onChange(({ operations }) => {
      if (operations.some(({ body }) => endingSessions.has(body.kind))) this.#checkSessions();
    });
  }

  accept(connection: Connection): void {
    const client = new ClientConnection(connection, this.#services, () => this.#connections.delete(client));
    this.#connections.add(client);
  }

  close(): void {
    for (const client of this.#connections) client.close();
  }

  #checkSessions(): void {
    for (const client of this.#connections) client.checkSession();
  }
}
