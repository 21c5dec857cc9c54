/**
 * Who is online with which files: leases, not operations. They change all the time and are worthless a minute later,
 * so they are never ordered nor kept. A device's higher counter replaces everything under a lower one; a lease that
 * nobody renews ends. Each tracker answers with the union of its own devices and those it heard of.
 */
import {
  type DeviceId,
  type FileId,
  LEASE_MS,
  type PeerAddress,
  type PresenceChange,
  type UserId,
} from '@p2p/protocol';

interface Device {
  readonly counter: number;
  readonly user: UserId | null;
  readonly address: PeerAddress | null;
  readonly reachable: boolean | null;
  /** Wall clock of this tracker, ms; a device connected here has no end while the connection lasts. */
  readonly expires: number;
  /** Files it serves, and whether the whole of them. */
  readonly shares: Map<FileId, boolean>;
}

/** A device that serves a file. */
export interface Sharer {
  readonly device: DeviceId;
  /** Who is logged in there; whether that user may still share the file is not known here. */
  readonly user: UserId | null;
  readonly address: PeerAddress | null;
  /** Whether its tracker could dial it there; null while that is not known. */
  readonly reachable: boolean | null;
  readonly complete: boolean;
}

/** What a change meant for those who watch a file. */
export interface SwarmNews {
  readonly file: FileId;
  readonly device: DeviceId;
  readonly joined: boolean;
}

/** A lease that only ends by an `offline`: the connection itself is watched. */
const WHILE_CONNECTED = Number.POSITIVE_INFINITY;

export class Presence {
  readonly #devices = new Map<DeviceId, Device>();
  readonly #sharers = new Map<FileId, Set<DeviceId>>();
  readonly #online = new Map<UserId, number>();

  /**
   * Takes a change from one of this tracker's own clients (`local`) or from another tracker. `now`: this tracker's
   * clock, ms. Returns the files whose swarm it changed.
   */
  apply(change: PresenceChange, { now, local }: { now: number; local: boolean }): SwarmNews[] {
    const known = this.#devices.get(change.device);
    if (known !== undefined && change.counter < known.counter) return [];
    switch (change.kind) {
      case 'online':
        return this.#arrive(change, local ? WHILE_CONNECTED : now + change.leaseMs);
      case 'shares':
        return known?.counter === change.counter ? this.#share(change.device, known, change) : [];
      case 'offline':
        return this.#depart(change.device);
    }
  }

  /** Ends the leases that nobody renewed. */
  expire(now: number): SwarmNews[] {
    const over = [...this.#devices].filter(([, { expires }]) => expires <= now);
    return over.flatMap(([device]) => this.#depart(device));
  }

  /** Who serves a file, under any of its ids; each device once. */
  peersOf(files: readonly FileId[]): Sharer[] {
    const found = new Map<DeviceId, Sharer>();
    for (const file of files) {
      for (const id of this.#sharers.get(file) ?? []) {
        const device = this.#devices.get(id);
        if (device === undefined) continue;
        const complete = device.shares.get(file) === true || found.get(id)?.complete === true;
        const { user, address, reachable } = device;
        found.set(id, { device: id, user, address, reachable, complete });
      }
    }
    return [...found.values()];
  }

  /** Whether a user is logged in on any device that is online. */
  isOnline(user: UserId): boolean {
    return this.#online.has(user);
  }

  /** Whether this user is logged in on this device, and it is online. */
  isOnlineOn(device: DeviceId, user: UserId): boolean {
    return this.#devices.get(device)?.user === user;
  }

  /** Who is logged in on a device, and what it serves; undefined where it is not online. */
  on(device: DeviceId): { readonly user: UserId | null; readonly files: Iterable<FileId> } | undefined {
    const known = this.#devices.get(device);
    return known === undefined ? undefined : { user: known.user, files: known.shares.keys() };
  }

  /** The changes that tell another tracker all about the devices connected here. `pageSize`: files in one change. */
  *localChanges(pageSize: number): Generator<PresenceChange> {
    for (const [device, lease] of this.#devices) {
      if (lease.expires !== WHILE_CONNECTED) continue;
      yield renewal(device, lease);
      const { counter, shares } = lease;
      const files = [...shares].map(([file, complete]) => ({ file, complete }));
      for (let at = 0; at < files.length; at += pageSize) {
        yield { kind: 'shares', device, counter, add: files.slice(at, at + pageSize), remove: [] };
      }
    }
  }

  /** The renewals of the leases of all devices connected here. */
  *localRenewals(): Generator<PresenceChange> {
    for (const [id, device] of this.#devices) {
      if (device.expires === WHILE_CONNECTED) yield renewal(id, device);
    }
  }

  /**
   * The same counter and user renew; a higher counter, or somebody else logging in, begins anew with nothing shared.
   * Whether it can be reached is found out while it is there already.
   */
  #arrive(change: Extract<PresenceChange, { kind: 'online' }>, expires: number): SwarmNews[] {
    const { device: id, counter, user, address, reachable } = change;
    const known = this.#devices.get(id);
    const renewed = known?.counter === counter && known.user === user;
    const news = known === undefined || renewed ? [] : this.#depart(id);
    if (renewed) this.#countOnline(known.user, -1);
    this.#countOnline(user, 1);
    const shares = renewed ? known.shares : new Map<FileId, boolean>();
    this.#devices.set(id, { counter, user, address, reachable, expires, shares });
    if (!renewed || known.reachable === reachable) return news;
    return [...shares.keys()].map((file) => ({ file, device: id, joined: true }));
  }

  #share(id: DeviceId, device: Device, change: Extract<PresenceChange, { kind: 'shares' }>): SwarmNews[] {
    const added = change.add.filter(({ file, complete }) => device.shares.get(file) !== complete);
    const removed = change.remove.filter((file) => device.shares.delete(file));
    for (const file of removed) this.#forget(file, id);
    for (const { file, complete } of added) {
      device.shares.set(file, complete);
      const sharers = this.#sharers.get(file);
      if (sharers === undefined) this.#sharers.set(file, new Set([id]));
      else sharers.add(id);
    }
    const left = removed.map((file) => ({ file, device: id, joined: false }));
    return [...left, ...added.map(({ file }) => ({ file, device: id, joined: true }))];
  }

  #depart(id: DeviceId): SwarmNews[] {
    const device = this.#devices.get(id);
    if (device === undefined) return [];
    this.#devices.delete(id);
    this.#countOnline(device.user, -1);
    for (const file of device.shares.keys()) this.#forget(file, id);
    return [...device.shares.keys()].map((file) => ({ file, device: id, joined: false }));
  }

  #forget(file: FileId, id: DeviceId): void {
    const sharers = this.#sharers.get(file);
    sharers?.delete(id);
    if (sharers?.size === 0) this.#sharers.delete(file);
  }

  #countOnline(user: UserId | null, change: 1 | -1): void {
    if (user === null) return;
    const devices = (this.#online.get(user) ?? 0) + change;
    if (devices > 0) this.#online.set(user, devices);
    else this.#online.delete(user);
  }
}

function renewal(device: DeviceId, lease: Omit<Device, 'expires' | 'shares'>): PresenceChange {
  const { counter, user, address, reachable } = lease;
  return { kind: 'online', device, counter, user, address, reachable, leaseMs: LEASE_MS };
}
