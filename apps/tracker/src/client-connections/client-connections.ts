/** All clients that are connected here, and what concerns them together: access that ends, the end of the tracker. */
import type { EndedAccess, Operation, OperationKind } from '@p2p/protocol';
import { accessEndedBy } from '@p2p/state';
import type { Connection } from '@p2p/transport';
import { ClientConnection } from './client-connection.js';
import type { Services } from './services.js';

/** After these a session that was in force may no longer be. */
const endingSessions: ReadonlySet<OperationKind> = new Set(['close_session', 'set_credential']);

type EndedMembership = Extract<EndedAccess, { what: 'membership' }>;

export class ClientConnections {
  readonly #services: Services;
  readonly #connections = new Set<ClientConnection>();

  constructor(services: Services) {
    this.#services = services;
    services.replicated.onChange(({ operations }) => this.#changed(operations));
  }

  accept(connection: Connection): void {
    const client = new ClientConnection(connection, this.#services, () => this.#connections.delete(client));
    this.#connections.add(client);
  }

  /** The cluster has a new key. */
  tellSuccessions(): void {
    for (const client of this.#connections) client.tellSuccessions();
  }

  close(): void {
    for (const client of this.#connections) client.close();
  }

  /** Those who serve hear it first: every moment counts there. */
  #changed(operations: readonly Operation[]): void {
    const { replicated, sharers } = this.#services;
    const ended = accessEndedBy(replicated.state, operations);
    if (ended.length > 0) sharers.tell(replicated.state, ended);
    for (const one of ended) if (one.what === 'membership') this.#tellMember(one, operations);
    if (!operations.some(({ body }) => endingSessions.has(body.kind))) return;
    for (const client of this.#connections) client.checkSession();
  }

  #tellMember({ group, user, before }: EndedMembership, operations: readonly Operation[]): void {
    const name = this.#services.replicated.state.groups.get(group)?.name;
    if (name === undefined) return;
    const left = operations.some(({ stamp, actor }) => stamp === before && actor === user);
    for (const client of this.#connections) client.tellMembershipEnded(user, { group: name, left });
  }
}
