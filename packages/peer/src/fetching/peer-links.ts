/**
 * One connection to each peer, shared by all downloads that want something from it: dialled when the first wants it,
 * kept for a while when the last has let go.
 */
import { type DeviceId, type GroupId, IDLE_LINK_MS, MAX_PEER_LINKS } from '@p2p/protocol';
import type { HashingPool } from '../hashing/hashing-pool.js';
import type { RateLimiter } from '../sharing/rate-limiter.js';
import { type DialPeer, type DialTrouble, greetPeer, type PeerAt } from './connect-peer.js';
import type { GrantWallet } from './grant-wallet.js';
import type { PeerLink } from './peer-link.js';

interface Pooled {
  readonly device: DeviceId;
  readonly link: Promise<PeerLink | DialTrouble>;
  users: number;
  idle: NodeJS.Timeout | undefined;
}

/** A claim on a link; to be released once. */
export interface LinkClaim {
  readonly link: PeerLink;
  release(): void;
}

export interface PeerLinksOptions {
  readonly dial: DialPeer;
  readonly limiter: RateLimiter;
  readonly hashing: HashingPool;
  readonly wallet: GrantWallet;
  /** Monotonic, ms. */
  readonly now: () => number;
}

export class PeerLinks {
  readonly #options: PeerLinksOptions;
  readonly #byDevice = new Map<DeviceId, Pooled>();
  readonly #closing = new AbortController();

  constructor(options: PeerLinksOptions) {
    this.#options = options;
  }

  /** A link to this peer, for a file of this group; or why there is none: too many may be in use as well. */
  async claim(peer: PeerAt, group: GroupId): Promise<LinkClaim | DialTrouble> {
    const pooled = this.#byDevice.get(peer.device) ?? this.#dialNew(peer, group);
    if (pooled === undefined) return 'not_reached';
    clearTimeout(pooled.idle);
    pooled.users++;
    const link = await pooled.link;
    const release = (): void => this.#release(pooled);
    if (typeof link !== 'string' && !link.closed) return { link, release };
    release();
    return typeof link === 'string' ? link : 'not_reached';
  }

  close(): void {
    this.#closing.abort();
    for (const pooled of [...this.#byDevice.values()]) this.#drop(pooled);
  }

  #dialNew(peer: PeerAt, group: GroupId): Pooled | undefined {
    if (this.#closing.signal.aborted || !this.#makeRoom()) return undefined;
    const forget = (): void => {
      if (this.#byDevice.get(peer.device) === pooled) this.#byDevice.delete(peer.device);
    };
    const link = this.#connect(peer, group, forget);
    const pooled: Pooled = { device: peer.device, link, users: 0, idle: undefined };
    this.#byDevice.set(peer.device, pooled);
    return pooled;
  }

  async #connect(peer: PeerAt, group: GroupId, forget: () => void): Promise<PeerLink | DialTrouble> {
    const { dial, wallet, limiter, hashing, now } = this.#options;
    const connection = await dial(peer, this.#closing.signal, group);
    const grant = wallet.of(group);
    if (typeof connection === 'string') {
      forget();
      return connection;
    }
    if (grant === undefined || this.#closing.signal.aborted) {
      connection.close();
      forget();
      return 'not_reached';
    }
    const link = await greetPeer(connection, { shown: { group, grant }, wallet, limiter, hashing, now, ended: forget });
    // It hung up on the hello: perhaps since it knows better than we do what the grant is worth.
    if (link === undefined) wallet.doubt(group);
    return link ?? 'not_reached';
  }

  /** Lets go of a link that nobody uses where there are too many. */
  #makeRoom(): boolean {
    if (this.#byDevice.size < MAX_PEER_LINKS) return true;
    const unused = [...this.#byDevice.values()].find(({ users }) => users === 0);
    if (unused !== undefined) this.#drop(unused);
    return unused !== undefined;
  }

  #release(pooled: Pooled): void {
    pooled.users--;
    if (pooled.users === 0) pooled.idle = setTimeout(() => this.#drop(pooled), IDLE_LINK_MS);
  }

  #drop(pooled: Pooled): void {
    clearTimeout(pooled.idle);
    if (this.#byDevice.get(pooled.device) === pooled) this.#byDevice.delete(pooled.device);
    void pooled.link.then((link) => {
      if (typeof link !== 'string') link.close();
    });
  }
}
