/** A client put together from its parts: who is told what when the tracker, the user or the library changes. */
import type { DeviceId, PeerAddress } from '@p2p/protocol';
import { type Connection, memoryPair } from '@p2p/transport';
import type { Peer, PeerOptions } from './api.js';
import { accountCommands } from './commands/account-commands.js';
import { conflictsCommand } from './commands/conflicts-command.js';
import { downloadCommands } from './commands/download-commands.js';
import { fileCommands } from './commands/file-commands.js';
import { groupCommands } from './commands/group-commands.js';
import { trackersCommand } from './commands/trackers-command.js';
import { uploadCommand } from './commands/upload-command.js';
import type { KeptData } from './data-directory/data-directory.js';
import { isSystemError } from './data-directory/system-files.js';
import { PeerEvents } from './events.js';
import { dialPeerAs } from './fetching/connect-peer.js';
import { Downloads } from './fetching/downloads.js';
import { PeerLinks } from './fetching/peer-links.js';
import { Library, type SharedFile } from './library/library.js';
import { Announcer } from './sharing/announcer.js';
import { OpenFiles } from './sharing/open-files.js';
import { RateLimiter } from './sharing/rate-limiter.js';
import { ServingPeer } from './sharing/serving-peer.js';
import { Account } from './tracker-session/account.js';
import { type GreetingOptions, greetTracker } from './tracker-session/greet-tracker.js';
import { SwarmSubscriptions } from './tracker-session/swarm-subscriptions.js';
import { TrackerSession } from './tracker-session/tracker-session.js';

/** How long a command waits for a tracker before it is refused with `no_tracker`. */
const TRACKER_PATIENCE_MS = 10_000;

const now = (): number => performance.now();

export class Client {
  readonly #options: PeerOptions;
  readonly #kept: KeptData;
  readonly #events = new PeerEvents();
  readonly #library = new Library();
  readonly #files = new OpenFiles();
  readonly #serving: ServingPeer;
  readonly #links: PeerLinks;
  readonly #account: Account;
  readonly #session: TrackerSession;
  readonly #swarms: SwarmSubscriptions;
  readonly #announcer: Announcer;
  readonly #downloads: Downloads;
  #address: PeerAddress | undefined;

  constructor(options: PeerOptions, kept: KeptData) {
    this.#options = options;
    this.#kept = kept;
    // A device's id is the hash of its key.
    const self = kept.identity.id as DeviceId;
    const dialOthers = dialPeerAs(kept.identity);
    this.#links = new PeerLinks(
      (peer, signal) => (peer.device === self ? this.#dialSelf(self) : dialOthers(peer, signal)),
      new RateLimiter(options.downloadLimit, now),
    );
    this.#serving = new ServingPeer({
      library: this.#library,
      limiter: new RateLimiter(options.uploadLimit, now),
      changed: (file) => this.#withdraw(file),
    });
    this.#account = new Account(kept.sessionPath, kept.session, {
      userChanged: (user) => this.#userChanged(user),
      renamed: (from, to) => this.#renamed(from, to),
      unkept: (reason) => this.#notice(`the session's file cannot be written: ${reason}`),
    });
    this.#session = this.#makeSession();
    this.#swarms = new SwarmSubscriptions(this.#session);
    this.#announcer = new Announcer(this.#session, this.#library);
    this.#downloads = new Downloads({
      self,
      library: this.#library,
      links: this.#links,
      files: this.#files,
      swarms: this.#swarms,
      giveUpMs: options.giveUpMs,
      random: Math.random,
      now,
      changed: (status) => this.#events.emit({ event: 'download', ...status }),
    });
    this.#userChanged(this.#account.user);
  }

  /** Somebody who downloads has dialled. */
  accept(connection: Connection): void {
    this.#serving.accept(connection);
  }

  /** Begins to look for a tracker. `address` is where other peers reach this client. */
  start(address: PeerAddress): void {
    this.#address = address;
    this.#session.start();
  }

  commands(): Omit<Peer, 'address' | 'close'> {
    const parts = {
      session: this.#session,
      account: this.#account,
      library: this.#library,
      announcer: this.#announcer,
      downloads: this.#downloads,
      files: this.#files,
      identity: this.#kept.identity,
      pin: this.#kept.pin,
      trackers: this.#options.trackers,
      groupsChanged: () => this.#announcer.refresh(),
      hashing: (path: string, done: number, bytes: number) =>
        this.#events.emit({ event: 'hashing', path, done, bytes }),
    };
    return {
      ...accountCommands(parts),
      ...groupCommands(parts),
      ...uploadCommand(parts),
      ...fileCommands(parts),
      ...downloadCommands(parts),
      ...trackersCommand(parts),
      ...conflictsCommand(parts),
      onEvent: (listener) => this.#events.listen(listener),
    };
  }

  async close(): Promise<void> {
    await this.#downloads.close();
    this.#announcer.close();
    await this.#session.close();
    this.#links.close();
    this.#serving.close();
    await this.#files.close();
    // Nothing may be written once the directory is free again.
    await Promise.all([this.#account.settled(), this.#kept.counters.settled()]);
  }

  #makeSession(): TrackerSession {
    const { identity, pin, counters } = this.#kept;
    return new TrackerSession({
      trackers: this.#options.trackers,
      firstTracker: this.#options.firstTracker,
      patienceMs: TRACKER_PATIENCE_MS,
      nextCounter: () => counters.next(),
      greet: async (entry, signal) => {
        try {
          const hello = await this.#hello();
          return await greetTracker({ identity, entry, pin, hello, signal });
        } catch (error) {
          if (!isSystemError(error)) throw error;
          this.#notice(`the data directory cannot be written: ${error.message}`);
          return { ok: false, mismatch: false, message: error.message };
        }
      },
      handlers: {
        connected: (number, lost, user) => this.#connected(number, lost, user),
        unreachable: (number) => this.#events.emit({ event: 'tracker', number, state: 'lost' }),
        mismatch: (explanation) => this.#notice(explanation),
        sessionEnded: () => void this.#account.ended(),
        swarmChanged: (change) => this.#swarms.apply(change),
      },
    });
  }

  /** A copy of what this client shares itself takes the way that all bytes take, only without a socket. */
  async #dialSelf(key: DeviceId): Promise<Connection> {
    const remote = { key, host: 'localhost', port: 0 };
    const [downloading, serving] = memoryPair(remote, remote);
    this.#serving.accept(serving);
    return downloading;
  }

  async #hello(): Promise<GreetingOptions['hello']> {
    const counter = await this.#kept.counters.next();
    const { token } = this.#account;
    return {
      counter,
      ...(token === undefined ? {} : { token }),
      ...(this.#address === undefined ? {} : { address: this.#address }),
    };
  }

  #connected(number: number, lost: number | undefined, user: string | null): void {
    this.#events.emit({ event: 'tracker', number, state: 'connected', ...(lost === undefined ? {} : { lost }) });
    void this.#account.resumed(user);
    this.#announcer.refresh();
    this.#downloads.refresh();
  }

  #renamed(from: string, to: string): void {
    this.#library.renameUser(from, to);
    this.#downloads.renameUser(from, to);
  }

  #userChanged(user: string | undefined): void {
    this.#library.setUser(user);
    this.#announcer.refresh();
    this.#downloads.setUser(user);
  }

  #withdraw(file: SharedFile): void {
    // Somebody else's connection may have noticed before.
    if (this.#library.get(file.id)?.content !== file.content) return;
    this.#library.remove(file.id);
    this.#notice(
      `${file.name} in ${file.groupName} was changed, moved or removed on this machine, so it is no longer shared`,
    );
  }

  #notice(message: string): void {
    this.#events.emit({ event: 'notice', message });
  }
}
