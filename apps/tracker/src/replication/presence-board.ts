/** Presence with a clock: this tracker's own leases go to the other trackers in batches, theirs come in and run out. */
import { LEASE_RENEWAL_MS, MAX_ANNOUNCED_FILES, type PresenceChange } from '@p2p/protocol';
import { Presence, type SwarmNews } from '@p2p/state';

/** How often leases are looked at: well within the shortest of them. */
const EXPIRY_CHECK_MS = 1_000;

export interface PresencePort {
  /** Sends changes to every linked tracker. */
  broadcast(changes: readonly PresenceChange[]): void;
  /** What swarms have become. */
  news(news: readonly SwarmNews[]): void;
}

export class PresenceBoard {
  readonly presence = new Presence();
  #port: PresencePort | undefined;
  #outgoing: PresenceChange[] = [];
  #timers: NodeJS.Timeout[] = [];

  start(port: PresencePort): void {
    this.#port = port;
    this.#timers = [
      setInterval(() => this.#port?.news(this.presence.expire(Date.now())), EXPIRY_CHECK_MS),
      setInterval(() => this.#port?.broadcast([...this.presence.localRenewals()]), LEASE_RENEWAL_MS),
    ];
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#port = undefined;
  }

  /** A change of a device that is connected here. */
  applyLocal(change: PresenceChange): void {
    this.#port?.news(this.presence.apply(change, { now: Date.now(), local: true }));
    // What happens in one turn of the event loop leaves in one message.
    if (this.#outgoing.length === 0) setImmediate(() => this.#flush());
    this.#outgoing.push(change);
  }

  /** Changes that another tracker sent. */
  applyRemote(changes: readonly PresenceChange[]): void {
    const now = Date.now();
    this.#port?.news(changes.flatMap((change) => this.presence.apply(change, { now, local: false })));
  }

  /** All about the devices connected here, for a tracker that has just been linked. */
  snapshot(): PresenceChange[] {
    return [...this.presence.localChanges(MAX_ANNOUNCED_FILES)];
  }

  #flush(): void {
    const changes = this.#outgoing;
    this.#outgoing = [];
    this.#port?.broadcast(changes);
  }
}
