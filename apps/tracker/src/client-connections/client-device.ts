/** The device at the other end of a client's connection: its session, what it announces, which swarms it watches. */
import {
  type DeviceId,
  type FileId,
  type GroupId,
  LEASE_MS,
  type PeerAddress,
  type PresenceChange,
  REACH_RECHECK_MS,
  SESSION_SEEN_MS,
  type SessionId,
  type TrackerMessage,
  type UserId,
} from '@p2p/protocol';
import { type Actor, userOfSession } from '@p2p/state';
import type { AskedDevice } from './dial-requests.js';
import { Grants } from './grants.js';
import type { Services } from './services.js';
import type { SharingDevice } from './sharers.js';
import type { SwarmWatcher } from './swarm-watchers.js';

type Shares = Pick<Extract<PresenceChange, { kind: 'shares' }>, 'add' | 'remove'>;

export interface Greeting {
  readonly device: DeviceId;
  /** Of the hello: the newest connection of a device is the one that counts. */
  readonly counter: number;
  /** Undefined: the connection only asks, and leaves the device's presence as it is. */
  readonly address: PeerAddress | undefined;
  readonly session: SessionId | undefined;
  /** The address that it comes from. */
  readonly from: string;
}

export interface Shown {
  readonly session?: SessionId | undefined;
  readonly user?: UserId | undefined;
}

/** What a tracker says without being asked. */
export type Push = Extract<
  TrackerMessage,
  { type: 'swarm_changed' | 'access_ended' | 'reachability' | 'dial_request' }
>;

export class ClientDevice implements SwarmWatcher, SharingDevice, AskedDevice {
  readonly grants: Grants;
  readonly #services: Services;
  readonly #greeting: Greeting;
  readonly #watched = new Set<FileId>();
  /** Groups in which it has announced something under this session. */
  readonly #sharedIn = new Set<GroupId>();
  readonly #push: (message: Push) => void;
  #session: SessionId | undefined;
  /** Whose session that is, or was. */
  #user: UserId | undefined;
  readonly #noting: NodeJS.Timeout;
  /** Whether it can be dialled at its address; null while that is not known. */
  #reachable: boolean | null = null;
  /** What was begun last to find that out. */
  #reachCheck: Promise<unknown> | undefined;
  #rechecking: NodeJS.Timeout | undefined;
  #isGone = false;

  constructor(services: Services, greeting: Greeting, push: (message: Push) => void) {
    this.grants = new Grants(services.signer);
    this.#services = services;
    this.#greeting = greeting;
    this.#push = push;
    this.#session = greeting.session;
    this.#user = this.user();
    if (this.#user === undefined) this.#session = undefined;
    if (greeting.address !== undefined) services.dialRequests.add(this);
    this.#lease();
    this.#checkReach();
    this.#noteUse();
    this.#noting = setInterval(() => this.#noteUse(), SESSION_SEEN_MS);
  }

  get id(): DeviceId {
    return this.#greeting.device;
  }

  get actor(): Actor {
    return { device: this.id, session: this.#session };
  }

  /** Who is logged in here now, by a session that is still in force. */
  user(): UserId | undefined {
    return userOfSession(this.#services.replicated.state, this.actor, Date.now());
  }

  /** From now on this session is shown: that of a log-in, or none. */
  useSession(session: SessionId | undefined): void {
    if (session !== this.#session) this.#forgetAll();
    this.#session = session;
    this.#user = this.user();
    this.#lease();
    this.#checkReach();
  }

  /** Where it is to be dialled, and whether that could be done. */
  get place(): { readonly address: PeerAddress | undefined; readonly reachable: boolean | null } {
    return { address: this.#greeting.address, reachable: this.#reachable };
  }

  get shown(): Shown {
    return { session: this.#session, user: this.#user };
  }

  /** Whether the session that is shown is one that has ended. */
  hasEndedSession(): boolean {
    return this.#session !== undefined && this.user() === undefined;
  }

  /** `groups`: those of what is added. */
  announce(shares: Shares, groups: Iterable<GroupId>): void {
    for (const group of groups) {
      this.#sharedIn.add(group);
      this.#services.sharers.add(group, this);
    }
    this.#present({ kind: 'shares', ...shares });
  }

  watch(file: FileId): void {
    this.#watched.add(file);
    this.#services.watchers.watch(file, this);
  }

  unwatch(file: FileId): void {
    this.#watched.delete(file);
    this.#services.watchers.unwatch(file, this);
  }

  push(message: Push): void {
    this.#push(message);
  }

  /** The connection is gone. */
  leave(): void {
    this.#isGone = true;
    clearInterval(this.#noting);
    clearTimeout(this.#rechecking);
    this.#services.dialRequests.remove(this);
    this.#noteUse();
    this.#forgetAll();
    this.#present({ kind: 'offline' });
  }

  #noteUse(): void {
    if (this.#session !== undefined) this.#services.replicated.noteUse(this.#session);
  }

  #forgetAll(): void {
    for (const file of this.#watched) this.unwatch(file);
    for (const group of this.#sharedIn) this.#services.sharers.remove(group, this);
    this.#sharedIn.clear();
  }

  #lease(): void {
    const address = this.#greeting.address ?? null;
    const [user, reachable] = [this.user() ?? null, this.#reachable];
    this.#present({ kind: 'online', user, address, reachable, leaseMs: LEASE_MS });
  }

  /** Somebody has logged in, or is logged in again: others will want to dial this device. */
  #checkReach(): void {
    const { device, address, from } = this.#greeting;
    const user = this.user();
    clearTimeout(this.#rechecking);
    if (user === undefined || address === undefined) return;
    const claim = { device, user, address, from, isGone: () => this.#isGone };
    const check = this.#services.reach.check(claim);
    this.#reachCheck = check;
    void check.then((reachable) => {
      if (reachable === undefined || this.#reachCheck !== check || this.#isGone) return;
      this.#reachable = reachable;
      this.#lease();
      this.push({ type: 'reachability', address, reachable });
      if (!reachable) this.#rechecking = setTimeout(() => this.#checkReach(), REACH_RECHECK_MS);
    });
  }

  #present(change: Omitted<PresenceChange>): void {
    const { device, counter, address } = this.#greeting;
    if (address !== undefined) this.#services.board.applyLocal({ ...change, device, counter } as PresenceChange);
  }
}

type Omitted<C> = C extends unknown ? Omit<C, 'device' | 'counter'> : never;
