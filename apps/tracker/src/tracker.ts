/** One tracker, wired: a listening socket, the clients and trackers that connect to it, the state that they share. */
import { randomBytes } from 'node:crypto';
import { incarnationId, MAX_HELLO_FRAME_BYTES, STARTUP_CATCH_UP_MS } from '@p2p/protocol';
import { type Connection, listenSecure, type SecureServer } from '@p2p/transport';
import { ClientConnections } from './client-connections/client-connections.js';
import { SwarmWatchers } from './client-connections/swarm-watchers.js';
import type { Configuration } from './configuration.js';
import { Gate } from './gate.js';
import type { Log } from './log.js';
import { Passwords } from './passwords.js';
import { PeerLinks } from './peer-links/peer-links.js';
import { PresenceBoard } from './replication/presence-board.js';
import { ReplicatedState } from './replication/replicated-state.js';

export type Started =
  | { readonly ok: true; readonly tracker: Tracker }
  | { readonly ok: false; readonly message: string };

export class Tracker {
  readonly #server: SecureServer;
  readonly #clients: ClientConnections;
  readonly #links: PeerLinks;
  readonly #board: PresenceBoard;

  private constructor(parts: {
    server: SecureServer;
    clients: ClientConnections;
    links: PeerLinks;
    board: PresenceBoard;
  }) {
    this.#server = parts.server;
    this.#clients = parts.clients;
    this.#links = parts.links;
    this.#board = parts.board;
  }

  /** Where this tracker listens. */
  get address(): { readonly host: string; readonly port: number } {
    return this.#server;
  }

  /**
   * Listens, asks the other trackers what has happened, and is ready for clients: in this order, so that no client
   * is answered from an empty state while another tracker knows better.
   */
  static async start(configuration: Configuration, log: Log): Promise<Started> {
    const { own, trackers, cluster, identity } = configuration;
    const slots = trackers.map(({ number }) => number);
    const incarnation = incarnationId.parse(`${own.number}.${randomBytes(8).toString('hex')}`);
    const replicated = new ReplicatedState({ cluster, slot: own.number, incarnation, slots });
    const board = new PresenceBoard();
    const watchers = new SwarmWatchers(replicated, board);
    const links = new PeerLinks({ configuration, replicated, board, log });
    const caughtUp = new Gate();
    const passwords = new Passwords();
    const services = { slot: own.number, cluster, replicated, board, watchers, passwords, log, ready: caughtUp.opened };
    const clients = new ClientConnections(services);
    const accept = (connection: Connection) =>
      connection.remote.key === cluster ? links.accept(connection) : clients.accept(connection);
    const { host, port } = own;
    const listening = await listenSecure({
      identity,
      host,
      port,
      maxFrameBytes: MAX_HELLO_FRAME_BYTES,
      onConnection: accept,
    });
    if (!listening.ok) return listening;
    board.start({ broadcast: (changes) => links.broadcast(changes), news: (news) => watchers.news(news) });
    await catchUp(links);
    caughtUp.open();
    return { ok: true, tracker: new Tracker({ server: listening.server, clients, links, board }) };
  }

  /** Lets every connection finish what it is sending, and ends. */
  async stop(): Promise<void> {
    this.#board.stop();
    this.#links.stop();
    this.#clients.close();
    await this.#server.close();
  }
}

/** Until every other tracker has been linked or didn't answer, or it has taken too long. */
async function catchUp(links: PeerLinks): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, STARTUP_CATCH_UP_MS);
  });
  await Promise.race([links.start(), late]);
  clearTimeout(timer);
}
