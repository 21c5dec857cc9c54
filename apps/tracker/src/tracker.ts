/** One tracker, wired: a listening socket, the clients and trackers that connect to it, the state that they share. */
import { MAX_HELLO_FRAME_BYTES, STARTUP_CATCH_UP_MS, TAKE_TIMEOUT_MS } from '@p2p/protocol';
import { listenSecure, type SecureServer } from '@p2p/transport';
import { ClientConnections } from './client-connections/client-connections.js';
import { DialRequests } from './client-connections/dial-requests.js';
import { Sharers } from './client-connections/sharers.js';
import { SwarmWatchers } from './client-connections/swarm-watchers.js';
import { rotateKey } from './cluster-keys/rotate-key.js';
import type { Configuration } from './configuration.js';
import { Gate } from './gate.js';
import type { Log } from './log.js';
import { AttemptsBoard } from './log-ins/attempts-board.js';
import { LogIns } from './log-ins/log-ins.js';
import { PasswordQueue } from './log-ins/password-queue.js';
import { roomForConnections } from './open-files.js';
import { answerOperator, type OperatorServices } from './operator/answer-operator.js';
import { letIn, type Rooms } from './operator/door.js';
import { Passwords } from './passwords.js';
import { PeerLinks } from './peer-links/peer-links.js';
import { ReachChecks } from './reachability/reach-checks.js';
import { PresenceBoard } from './replication/presence-board.js';
import { freshIncarnation, ReplicatedState } from './replication/replicated-state.js';
import type { Disk } from './storage/disk.js';
import { openDirectory } from './storage/open-directory.js';

export type Started =
  | { readonly ok: true; readonly tracker: Tracker }
  | { readonly ok: false; readonly message: string };

export class Tracker {
  readonly #server: SecureServer;
  readonly #clients: ClientConnections;
  readonly #reach: ReachChecks;
  readonly #links: PeerLinks;
  readonly #board: PresenceBoard;
  readonly #disk: Disk;

  private constructor(parts: {
    server: SecureServer;
    clients: ClientConnections;
    reach: ReachChecks;
    links: PeerLinks;
    board: PresenceBoard;
    disk: Disk;
  }) {
    this.#server = parts.server;
    this.#clients = parts.clients;
    this.#reach = parts.reach;
    this.#links = parts.links;
    this.#board = parts.board;
    this.#disk = parts.disk;
  }

  /** Where this tracker listens. */
  get address(): { readonly host: string; readonly port: number } {
    return this.#server;
  }

  /**
   * Reads the data directory, listens, asks the other trackers what has happened, and is ready for clients: in this
   * order, so that no client is answered from an old state while another tracker knows better. `failed` is told, once,
   * when the disk lets this tracker down: nothing that it is asked from then on is answered.
   */
  static async start(configuration: Configuration, log: Log, failed: (message: string) => void): Promise<Started> {
    const { own, trackers, keys, directory } = configuration;
    const { cluster } = keys;
    const opened = await openDirectory({
      directory,
      expected: { cluster, slot: own.number },
      freshIncarnation: () => freshIncarnation(own.number),
      failed,
    });
    if (!opened.ok) return opened;
    const { base, disk } = opened;
    const slots = trackers.map(({ number }) => number);
    const replicated = new ReplicatedState({ cluster, slot: own.number, slots, base, disk });
    const board = new PresenceBoard();
    const watchers = new SwarmWatchers(replicated, board);
    const attempts = new AttemptsBoard();
    const dialRequests = new DialRequests();
    const reach = new ReachChecks();
    const links = new PeerLinks({ configuration, replicated, board, dialRequests, attempts, log });
    const caughtUp = new Gate();
    const logIns = new LogIns({
      state: () => replicated.state,
      passwords: new Passwords(),
      attempts,
      queue: new PasswordQueue(),
    });
    replicated.onChange(({ operations }) => logIns.takeNotice(operations));
    const services = {
      slot: own.number,
      keys,
      replicated,
      board,
      watchers,
      sharers: new Sharers(),
      reach,
      dialRequests,
      signer: () => keys.signer,
      logIns,
      log,
      ready: caughtUp.opened,
    };
    const clients = new ClientConnections(services);
    const operator: OperatorServices = {
      operate: (command) => caughtUp.opened.then(() => replicated.operate(command)),
      rotateKey: () => rotateKey({ configuration, replicated, log }),
      log,
    };
    const rooms: Rooms = {
      tracker: (connection) => links.accept(connection),
      operator: (connection, request) => void answerOperator(connection, request, operator),
    };
    const { host, port } = own;
    const listening = await listenSecure({
      identity: keys.current,
      identityWith: (key) => keys.identityWith(key),
      host,
      port,
      maxFrameBytes: MAX_HELLO_FRAME_BYTES,
      bounds: { maxConnections: await roomForConnections(), takeTimeoutMs: TAKE_TIMEOUT_MS },
      isOurs: (key) => keys.isOurs(key),
      onConnection: (connection) =>
        keys.isOurs(connection.remote.key) ? letIn(connection, rooms) : clients.accept(connection),
    });
    if (!listening.ok) return listening;
    keys.onChange(() => {
      listening.server.show(keys.current);
      links.handKeysOn();
      clients.tellSuccessions();
    });
    board.start({ broadcast: (changes) => links.broadcast(changes), news: (news) => watchers.news(news) });
    attempts.start(links);
    dialRequests.start(links);
    await catchUp(links);
    replicated.ready();
    caughtUp.open();
    return { ok: true, tracker: new Tracker({ server: listening.server, clients, reach, links, board, disk }) };
  }

  /** Lets every connection finish what it is sending, writes what is to be kept, and ends. */
  async stop(): Promise<void> {
    this.#board.stop();
    this.#links.stop();
    this.#reach.stop();
    this.#clients.close();
    await this.#server.close();
    await this.#disk.close();
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
