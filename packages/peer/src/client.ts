/** A client put together from its parts: who is told what when the tracker, the user or the library changes. */
import type { DeviceId, PeerAddress } from '@p2p/protocol';
import type { Connection } from '@p2p/transport';
import type { Peer, PeerOptions } from './api.js';
import { accountCommands } from './commands/account-commands.js';
import { conflictsCommand } from './commands/conflicts-command.js';
import { deviceCommands } from './commands/device-commands.js';
import { downloadCommands } from './commands/download-commands.js';
import { fileCommands } from './commands/file-commands.js';
import { groupCommands } from './commands/group-commands.js';
import { limitCommand } from './commands/limit-command.js';
import { trackersCommand } from './commands/trackers-command.js';
import { uploadCommand } from './commands/upload-command.js';
import type { KeptData } from './data-directory/data-directory.js';
import { isSystemError } from './data-directory/system-files.js';
import { nameOfDevice } from './device-name.js';
import { Dialling } from './dialling/dialling.js';
import { PeerEvents } from './events.js';
import { Downloads } from './fetching/downloads.js';
import { GrantWallet } from './fetching/grant-wallet.js';
import { PeerLinks } from './fetching/peer-links.js';
import { HashingPool } from './hashing/hashing-pool.js';
import { KeptDownloads } from './library/kept-downloads.js';
import { Library } from './library/library.js';
import { Shares } from './library/shares.js';
import { Announcer } from './sharing/announcer.js';
import { Gatekeeper } from './sharing/gatekeeper.js';
import { OpenFiles } from './sharing/open-files.js';
import { RateLimits } from './sharing/rate-limits.js';
import { type AskEnded, ServingPeer } from './sharing/serving-peer.js';
import { UploadFloor } from './sharing/upload-floor.js';
import { Account } from './tracker-session/account.js';
import { type GreetingOptions, greetTracker } from './tracker-session/greet-tracker.js';
import { KeyFollower } from './tracker-session/key-follower.js';
import { SwarmSubscriptions } from './tracker-session/swarm-subscriptions.js';
import { TrackerClock } from './tracker-session/tracker-clock.js';
import { type TrackerPush, TrackerSession } from './tracker-session/tracker-session.js';

/** How long a command waits for a tracker before it is refused with `no_tracker`. */
const TRACKER_PATIENCE_MS = 10_000;

const now = (): number => performance.now();

export class Client {
  readonly #options: PeerOptions;
  readonly #kept: KeptData;
  readonly #events = new PeerEvents();
  readonly #library = new Library();
  readonly #files = new OpenFiles();
  readonly #hashing = new HashingPool();
  readonly #shares: Shares;
  readonly #clock = new TrackerClock(now);
  readonly #keyFollower: KeyFollower;
  readonly #gatekeeper: Gatekeeper;
  readonly #limits: RateLimits;
  readonly #serving: ServingPeer;
  readonly #dialling: Dialling;
  readonly #wallet: GrantWallet;
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
    kept.pin.judgeBy(() => this.#clock.now ?? Date.now());
    this.#keyFollower = new KeyFollower(kept.pin, (line) => this.#notice(line));
    for (const complaint of kept.library.complaints) this.#notice(complaint);
    kept.library.store.complainBy((reason) =>
      this.#notice(`what is shared and fetched from now on may be forgotten with the next start: ${reason}`),
    );
    const [library, files, hashing] = [this.#library, this.#files, this.#hashing];
    this.#shares = new Shares({ kept: kept.library, library, files, hashing, notice: (line) => this.#notice(line) });
    this.#gatekeeper = new Gatekeeper({
      trusts: (signer) => kept.pin.trusts(signer),
      now: () => this.#clock.now,
      isConnected: () => this.#session.current !== undefined,
    });
    this.#limits = new RateLimits({ up: options.uploadLimit, down: options.downloadLimit }, now);
    this.#serving = new ServingPeer({
      library: this.#library,
      uploads: new UploadFloor({ limiter: this.#limits.up, buffers: this.#hashing.buffers, now, random: Math.random }),
      gatekeeper: this.#gatekeeper,
      limiterOf: (file) => this.#limits.ofFile('up', file),
      changed: (file) => void this.#shares.lost(file),
    });
    this.#account = new Account(kept.sessionPath, kept.session, {
      userChanged: (user) => this.#userChanged(user),
      renamed: (from, to) => this.#renamed(from, to),
      unkept: (reason) => this.#notice(`the session's file cannot be written: ${reason}`),
    });
    this.#session = this.#makeSession();
    this.#dialling = new Dialling({
      identity: kept.identity,
      session: this.#session,
      serve: (connection) => this.#serving.accept(connection),
      notice: (line) => this.#notice(line),
    });
    this.#wallet = new GrantWallet({
      session: this.#session,
      ended: (group, reason) => this.#downloads.endGroup(group, reason),
    });
    this.#links = new PeerLinks({
      dial: this.#dialling.dial,
      limiter: this.#limits.down,
      hashing: this.#hashing,
      wallet: this.#wallet,
      now,
    });
    this.#swarms = new SwarmSubscriptions(this.#session);
    this.#announcer = new Announcer(this.#session, this.#library);
    this.#downloads = new Downloads({
      self,
      library: this.#library,
      shares: this.#shares,
      kept: new KeptDownloads(kept.library),
      trees: kept.library.trees,
      links: this.#links,
      hashing: this.#hashing,
      wallet: this.#wallet,
      files: this.#files,
      swarms: this.#swarms,
      giveUpMs: options.giveUpMs,
      limiterOf: (file) => this.#limits.ofFile('down', file),
      random: Math.random,
      now,
      changed: (status) => this.#events.emit({ event: 'download', ...status }),
    });
    this.#userChanged(this.#account.user);
  }

  /** Somebody has dialled. */
  accept(connection: Connection): void {
    this.#dialling.accept(connection);
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
      shares: this.#shares,
      announcer: this.#announcer,
      downloads: this.#downloads,
      limits: this.#limits,
      swarms: this.#swarms,
      files: this.#files,
      identity: this.#kept.identity,
      deviceName: nameOfDevice(this.#options.deviceName),
      pin: this.#kept.pin,
      trackers: this.#options.trackers,
      groupsChanged: () => this.#announcer.refresh(),
      threads: this.#hashing,
      hashing: (path: string, done: number, bytes: number) =>
        this.#events.emit({ event: 'hashing', path, done, bytes }),
    };
    return {
      ...accountCommands(parts),
      ...deviceCommands(parts),
      ...groupCommands(parts),
      ...uploadCommand(parts),
      ...fileCommands(parts),
      ...downloadCommands(parts),
      ...limitCommand(parts),
      ...trackersCommand(parts),
      ...conflictsCommand(parts),
      onEvent: (listener) => this.#events.listen(listener),
    };
  }

  async close(): Promise<void> {
    await this.#downloads.close();
    this.#announcer.close();
    await this.#session.close();
    this.#dialling.close();
    this.#links.close();
    this.#wallet.close();
    this.#serving.close();
    await this.#hashing.close();
    await this.#files.close();
    await this.#kept.library.store.close();
    // Nothing may be written once the directory is free again.
    await Promise.all([this.#account.settled(), this.#kept.counters.settled(), this.#kept.pin.settled()]);
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
          const greeting = await greetTracker({ identity, entry, pin, hello, signal });
          if (greeting.ok) this.#clock.set(greeting.hello.clock);
          return greeting;
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
        pushed: (push) => this.#pushed(push),
        clock: (timeMs) => this.#clock.set(timeMs),
      },
    });
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
    this.#keyFollower.advise();
    void this.#account.resumed(user);
    this.#refresh();
    void this.#serving.catchUp(this.#askEnded);
  }

  #pushed(push: TrackerPush): void {
    switch (push.type) {
      case 'session_ended':
        this.#notice('you are no longer logged in on this device – use: login <user>');
        return void this.#account.ended();
      case 'swarm_changed':
        return this.#swarms.apply(push);
      case 'reachability':
      case 'dial_request':
        return this.#dialling.take(push);
      case 'successions':
        return void this.#keyFollower.follow(push.successions);
      case 'access_ended':
        this.#gatekeeper.end(push.ended);
        // With a group everybody's right to share in it has ended, this user's too.
        if (push.ended.some(({ what }) => what === 'group')) this.#refresh();
        return;
      case 'membership_ended':
        if (!push.left) this.#notice(`you are no longer a member of ${push.group}`);
        this.#refresh();
    }
  }

  /** Tells and asks a tracker everything anew: it is another one, or rights have gone. */
  #refresh(): void {
    this.#announcer.refresh();
    this.#downloads.refresh();
  }

  readonly #askEnded: AskEnded = async (grants) => {
    const asked = grants.map(({ group, user, session, since }) => ({ group, user, session, since }));
    const called = await this.#session.ask({ type: 'review_grants', grants: asked });
    return called.ok ? called.reply.ended : undefined;
  };

  #renamed(from: string, to: string): void {
    this.#library.renameUser(from, to);
    void this.#shares.renameUser(from, to);
    this.#downloads.renameUser(from, to);
  }

  #userChanged(user: string | undefined): void {
    this.#library.setUser(user);
    if (user !== undefined) void this.#shares.bringBack(user);
    this.#wallet.clear();
    this.#announcer.refresh();
    this.#downloads.setUser(user);
  }

  #notice(message: string): void {
    this.#events.emit({ event: 'notice', message });
  }
}
