/**
 * Clients that serve and fetch without a tracker and without sockets: real libraries, real files, real serving and
 * fetching over memory connections. What a tracker would say of the swarm is said by the test.
 */
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContentRoot, DeviceId, FileId, GroupId, ReplyTo, SwarmPeer } from '@p2p/protocol';
import { type Connection, memoryPair, type Remote } from '@p2p/transport';
import { onTestFinished } from 'vitest';
import type { DownloadStatus } from '../src/api.js';
import { Downloads } from '../src/fetching/downloads.js';
import { GrantWallet } from '../src/fetching/grant-wallet.js';
import { PeerLinks } from '../src/fetching/peer-links.js';
import { HashingPool } from '../src/hashing/hashing-pool.js';
import { KeptDownloads } from '../src/library/kept-downloads.js';
import { type KeptLibrary, openLibrary } from '../src/library/kept-library.js';
import { Library, type SharedFile } from '../src/library/library.js';
import { Shares } from '../src/library/shares.js';
import { type ByteSource, SourceFile } from '../src/sharing/byte-source.js';
import { hashFile } from '../src/sharing/hash-file.js';
import { OpenFiles } from '../src/sharing/open-files.js';
import { RateLimiter } from '../src/sharing/rate-limiter.js';
import { ServingPeer } from '../src/sharing/serving-peer.js';
import { SharedContent } from '../src/sharing/shared-content.js';
import { SwarmSubscriptions } from '../src/tracker-session/swarm-subscriptions.js';
import { temporaryDirectory } from './temporary-directory.js';
import { gatekeeperAtNoon, signed } from './test-grants.js';
import { uploadsWithoutLimit } from './test-uploads.js';

const device = (number: number): DeviceId => number.toString(16).padStart(64, '0') as DeviceId;
const group = `${device(0xf)}.1` as GroupId;
const file = `${device(0xf)}.2` as FileId;
const noLimit = (): RateLimiter => new RateLimiter(0, () => 0);

/** One file in one group, and everybody who serves or wants it. */
export class MemorySwarm {
  readonly members: Member[] = [];
  readonly directory: string;
  /** What the tracker would answer. */
  opened: ReplyTo<'open_swarm'> | undefined;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async create(): Promise<MemorySwarm> {
    return new MemorySwarm(await temporaryDirectory());
  }

  /** Who serves the file, as the tracker knows it from now on. */
  know(peers: readonly Member[]): void {
    if (this.opened === undefined) throw new Error('nobody shares anything');
    this.opened = { ...this.opened, peers: peers.map(({ asPeer }) => asPeer) };
  }

  async member(): Promise<Member> {
    const number = this.members.length + 1;
    const directory = join(this.directory, `member-${number}`);
    await mkdir(directory);
    return await this.#start(device(number), directory);
  }

  /** The same client once more, after it was closed, with this user logged in. */
  async again({ device: id, directory }: Member, user: string | null = 'somebody'): Promise<Member> {
    return await this.#start(id, directory, user);
  }

  async #start(id: DeviceId, directory: string, user: string | null = 'somebody'): Promise<Member> {
    const kept = await openLibrary(`${directory}-library`);
    const member = new Member(this, { id, directory, kept, user: user ?? undefined });
    const former = this.members.findIndex((other) => other.device === id);
    this.members.splice(former === -1 ? this.members.length : former, 1, member);
    onTestFinished(() => member.close());
    return member;
  }
}

interface MemberParts {
  readonly id: DeviceId;
  readonly directory: string;
  readonly kept: KeptLibrary;
  readonly user: string | undefined;
}

export class Member {
  readonly device: DeviceId;
  readonly directory: string;
  readonly library = new Library();
  readonly statuses: DownloadStatus[] = [];
  readonly changedFiles: SharedFile[] = [];
  readonly shares: Shares;
  readonly kept: KeptDownloads;
  readonly downloads: Downloads;
  readonly swarms: SwarmSubscriptions;
  /** This side's ends of the connections that it has dialled. */
  readonly dialled: Connection[] = [];
  readonly #swarm: MemorySwarm;
  readonly #files = new OpenFiles();
  readonly #kept: KeptLibrary;
  readonly #wallet: GrantWallet;
  readonly #links: PeerLinks;
  readonly #serving: ServingPeer;
  readonly #events = new EventTarget();
  #closing: Promise<void> | undefined;

  constructor(swarm: MemorySwarm, { id, directory, kept, user }: MemberParts) {
    this.#swarm = swarm;
    this.device = id;
    this.directory = directory;
    this.#kept = kept;
    this.kept = new KeptDownloads(kept);
    this.shares = new Shares({
      kept,
      library: this.library,
      files: this.#files,
      hashing: new HashingPool(),
      notice: () => undefined,
    });
    this.library.setUser(user);
    // The tracker of this swarm: it knows one file, and who serves it is what the test has said.
    const ask = async () => {
      const grant = await signed(id, group);
      return { ok: true, reply: { ...this.#swarm.opened, grant }, tracker: 1 };
    };
    this.#wallet = new GrantWallet({
      session: { ask: ask as never },
      ended: (ended, reason) => this.downloads.endGroup(ended, reason),
    });
    const hashing = new HashingPool();
    this.#links = new PeerLinks({
      dial: async (peer) => this.#dial(peer.device) ?? 'not_reached',
      limiter: noLimit(),
      hashing,
      wallet: this.#wallet,
      now: () => performance.now(),
    });
    this.#serving = new ServingPeer({
      library: this.library,
      uploads: uploadsWithoutLimit(),
      gatekeeper: gatekeeperAtNoon(),
      changed: (changed) => {
        this.changedFiles.push(changed);
        this.library.remove(changed);
      },
    });
    this.swarms = new SwarmSubscriptions({ ask: ask as never });
    this.downloads = new Downloads({
      self: id,
      library: this.library,
      shares: this.shares,
      kept: this.kept,
      trees: kept.trees,
      links: this.#links,
      hashing,
      wallet: this.#wallet,
      files: this.#files,
      swarms: this.swarms,
      giveUpMs: undefined,
      random: () => 0.5,
      now: () => performance.now(),
      changed: (status) => {
        this.statuses.push(status);
        this.#events.dispatchEvent(new Event('changed'));
      },
    });
    this.downloads.setUser(user);
  }

  get asPeer(): SwarmPeer {
    return { device: this.device, address: { host: this.device.slice(-4), port: 1 }, complete: true, reachable: true };
  }

  /** Writes a file and serves it. `source` gives its bytes instead of the file. */
  async share(bytes: Uint8Array, source?: (path: string) => ByteSource): Promise<string> {
    const path = join(this.directory, 'source.bin');
    await writeFile(path, bytes);
    const hashed = await hashFile(path, () => {}, new HashingPool());
    if (!hashed.ok) throw new Error(hashed.message);
    const root = Buffer.from(hashed.tree.root).toString('hex') as ContentRoot;
    const content = SharedContent.whole(hashed.tree, source?.(path) ?? new SourceFile(path, hashed.stamp, this.#files));
    this.library.put({ id: file, group, groupName: 'films', name: 'a.bin', user: 'somebody', root, content });
    const { pieceLength } = hashed.tree.geometry;
    this.#swarm.opened ??= {
      type: 'open_swarm.ok',
      id: 0,
      group,
      file,
      bytes: bytes.length,
      pieceLength,
      root,
      peers: [],
      grant: '',
    };
    return path;
  }

  /** Asks for the file, with these peers in the swarm; its destination is `got.bin`. */
  async fetch(...peers: readonly Member[]): Promise<string> {
    this.#swarm.know(peers);
    const destination = join(this.directory, 'got.bin');
    const started = await this.downloads.start({ group: 'films', file: 'a.bin', destination });
    if (!started.ok) throw new Error(started.message);
    return destination;
  }

  /** News of the swarm. */
  tell(joined: readonly Member[], left: readonly Member[] = []): void {
    const change = { joined: joined.map(({ asPeer }) => asPeer), left: left.map(({ device: gone }) => gone) };
    this.swarms.apply({ type: 'swarm_changed', file, ...change });
  }

  /** The first status, from now on or before, for which this holds. */
  async status(holds: (status: DownloadStatus) => boolean): Promise<DownloadStatus> {
    for (;;) {
      const found = this.statuses.find(holds);
      if (found !== undefined) return found;
      await once(this.#events, 'changed');
    }
  }

  ended(): Promise<DownloadStatus> {
    return this.status(({ state }) => state === 'complete' || state === 'failed');
  }

  /** What lies in this member's directory. */
  names(): Promise<string[]> {
    return readdir(this.directory);
  }

  /** As if the process had died: every connection ends. */
  die(): void {
    this.#serving.close();
    this.#links.close();
    this.#wallet.close();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.downloads.close();
    this.die();
    await this.#files.close();
    await this.#kept.store.close();
  }

  #dial(to: DeviceId): Connection | undefined {
    const member = this.#swarm.members.find((other) => other.device === to);
    if (member === undefined || member.#closing !== undefined) return undefined;
    const remote = (key: string): Remote => ({ key, host: 'memory', port: 1 });
    const [mine, theirs] = memoryPair(remote(this.device), remote(to));
    this.dialled.push(mine);
    member.#serving.accept(theirs);
    return mine;
  }
}

/** Gives a file's bytes, and counts how many. */
export class Counted implements ByteSource {
  readonly #bytes: Uint8Array;
  given = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  async read(offset: number, target: Uint8Array): Promise<boolean> {
    target.set(this.#bytes.subarray(offset, offset + target.length));
    this.given += target.length;
    return true;
  }
}

/** Gives a file's bytes, but one of them wrong. */
export function corrupt(bytes: Uint8Array, wrongAt: number): ByteSource {
  return {
    async read(offset, target) {
      target.set(bytes.subarray(offset, offset + target.length));
      const at = wrongAt - offset;
      if (at >= 0 && at < target.length) target[at] = (target[at] ?? 0) ^ 1;
      return true;
    },
  };
}

/** Gives a file's bytes, but only so many before it is let. */
export class Gate implements ByteSource {
  readonly #bytes: Uint8Array;
  #bytesLeft: number;
  #open: Promise<void>;
  #release: () => void = () => {};
  #arrived: () => void = () => {};
  /** Resolves when somebody waits. */
  readonly waited: Promise<void>;

  /** The first `byteCount` bytes that are read are given at once. */
  constructor(bytes: Uint8Array, byteCount: number) {
    this.#bytes = bytes;
    this.#bytesLeft = byteCount;
    this.#open = new Promise((resolve) => {
      this.#release = resolve;
    });
    this.waited = new Promise((resolve) => {
      this.#arrived = resolve;
    });
  }

  open(): void {
    this.#release();
  }

  async read(offset: number, target: Uint8Array): Promise<boolean> {
    this.#bytesLeft -= target.length;
    if (this.#bytesLeft < 0) {
      this.#arrived();
      await this.#open;
    }
    target.set(this.#bytes.subarray(offset, offset + target.length));
    return true;
  }
}
