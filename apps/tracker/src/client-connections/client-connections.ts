/** All clients that are connected here, and what concerns them together: access that ends, the end of the tracker. */
import type { EndedAccess, Operation, OperationBody, SessionId, UserId } from '@p2p/protocol';
import { accessEndedBy } from '@p2p/state';
import type { Connection } from '@p2p/transport';
import { ClientConnection } from './client-connection.js';
import type { Services } from './services.js';

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
    this.#checkSessions(operations);
  }

  /** Of thousands of clients few are concerned, and a log-in must not cost a look at everybody's session. */
  #checkSessions(operations: readonly Operation[]): void {
    const ended = new Set<UserId | SessionId | undefined>(operations.flatMap(({ body }) => mayEnd(body)));
    if (ended.size === 0) return;
    for (const client of this.#connections) {
      const { session, user } = client.shown;
      if (session !== undefined && (ended.has(session) || ended.has(user))) client.checkSession();
    }
  }

  #tellMember({ group, user, before }: EndedMembership, operations: readonly Operation[]): void {
    const name = this.#services.replicated.state.groups.get(group)?.name;
    if (name === undefined) return;
    const left = operations.some(({ stamp, actor }) => stamp === before && actor === user);
    for (const client of this.#connections) client.tellMembershipEnded(user, { group: name, left });
  }
}

/** The session that may be over after an operation, or the user any of whose sessions may be. */
function mayEnd(body: OperationBody): (UserId | SessionId | undefined)[] {
  switch (body.kind) {
    case 'close_session':
      return [body.session];
    // Another one of the same user may have made room for it.
    case 'open_session':
      return [body.user, body.replaces];
    case 'revoke_device':
    case 'set_credential':
    case 'reset_credential':
      return [body.user];
    default:
      return [];
  }
}
