/** Who is to hear that somebody may not have a group's bytes any more: the devices connected here that share in it. */
import { type EndedAccess, type GroupId, MAX_ENDED_PER_MESSAGE, type TrackerMessage } from '@p2p/protocol';
import type { State } from '@p2p/state';

export interface SharingDevice {
  push(message: Extract<TrackerMessage, { type: 'access_ended' }>): void;
}

export class Sharers {
  readonly #byGroup = new Map<GroupId, Set<SharingDevice>>();

  /** From now on this device shares in the group, or may do so: nobody is told too little. */
  add(group: GroupId, device: SharingDevice): void {
    const sharing = this.#byGroup.get(group);
    if (sharing === undefined) this.#byGroup.set(group, new Set([device]));
    else sharing.add(device);
  }

  remove(group: GroupId, device: SharingDevice): void {
    const sharing = this.#byGroup.get(group);
    sharing?.delete(device);
    if (sharing?.size === 0) this.#byGroup.delete(group);
  }

  /** Tells each device what concerns it, once. */
  tell(state: State, ended: readonly EndedAccess[]): void {
    const news = new Map<SharingDevice, EndedAccess[]>();
    for (const one of ended) {
      for (const device of this.#concernedBy(state, one)) {
        const known = news.get(device);
        if (known === undefined) news.set(device, [one]);
        else known.push(one);
      }
    }
    for (const [device, all] of news) {
      for (let at = 0; at < all.length; at += MAX_ENDED_PER_MESSAGE) {
        device.push({ type: 'access_ended', ended: all.slice(at, at + MAX_ENDED_PER_MESSAGE) });
      }
    }
  }

  #concernedBy(state: State, one: EndedAccess): Iterable<SharingDevice> {
    if (one.what !== 'session') return this.#byGroup.get(one.group) ?? [];
    const user = state.sessions.get(one.session)?.user;
    const groups = user === undefined ? [] : [...this.#byGroup].filter(([group]) => state.members.has(group, user));
    return new Set(groups.flatMap(([, devices]) => [...devices]));
  }
}
