/**
 * Whose word lets a device have a group's bytes: judges the grants that downloaders show, remembers what they rested on
 * and is no more, and says so to every connection at once. A grant is judged by the trackers' clock.
 */
import {
  compareStamps,
  type EndedAccess,
  GRANT_MS,
  type GroupId,
  MAX_CLOCK_SKEW_MS,
  MAX_REMEMBERED_ENDS,
  type SessionId,
  type Stamp,
} from '@p2p/protocol';
import { type Grant, verifyGrant } from '@p2p/statements';

/** No grant that was signed before something ended is good for longer. */
const REMEMBERED_MS = GRANT_MS + MAX_CLOCK_SKEW_MS;

export interface GatekeeperOptions {
  /** Whether this key is the cluster's. */
  readonly trusts: (signer: string) => boolean;
  /** The trackers' clock; undefined as long as none has been heard. */
  readonly now: () => number | undefined;
  /** Whether a tracker is connected, who would have said that a grant is renewed. */
  readonly isConnected: () => boolean;
}

interface End {
  /** Undefined: a session, or a whole group. */
  readonly before: Stamp | undefined;
  readonly forgetAt: number;
}

export class Gatekeeper {
  readonly #options: GatekeeperOptions;
  /** By what has ended, the oldest first. */
  readonly #ends = new Map<string, End>();
  readonly #listeners = new Set<() => void>();

  constructor(options: GatekeeperOptions) {
    this.#options = options;
  }

  /** The grant in `text`, where it lets this device have something now. Never rejects. */
  async admit(text: string, device: string): Promise<Grant | undefined> {
    const { trusts, now } = this.#options;
    const time = now();
    const grant = time === undefined ? undefined : await verifyGrant(text, { trusts, now: time });
    // Copied from another device: worth nothing here.
    return grant?.device === device && !this.#hasEnded(grant) ? grant : undefined;
  }

  /** Whether a grant that was admitted lets its device have something more. */
  isGood(grant: Grant): boolean {
    return !this.#isExpired(grant) && !this.#hasEnded(grant);
  }

  /**
   * Whether what a grant has opened may go on. While no tracker is reached there is nobody to renew it, and an end to
   * what is under way would come from our own trouble; nothing new is opened by it.
   */
  mayGoOn(grant: Grant): boolean {
    if (this.#hasEnded(grant)) return false;
    return !this.#isExpired(grant) || !this.#options.isConnected();
  }

  /** A tracker says what is no more. */
  end(ended: readonly EndedAccess[]): void {
    const now = this.#options.now() ?? 0;
    for (const one of ended) {
      this.#remember(keyOf(one), { before: one.what === 'membership' ? one.before : undefined, now });
    }
    this.#tell(now);
  }

  /** A tracker says that what these rest on is no more, though not what of it. */
  endAll(grants: readonly Grant[]): void {
    const now = this.#options.now() ?? 0;
    for (const grant of grants) this.#remember(grantKey(grant), { before: undefined, now });
    this.#tell(now);
  }

  /** Calls `listener` whenever something has ended; the returned function ends it. */
  onEnd(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #isExpired({ expires }: Grant): boolean {
    return (this.#options.now() ?? Number.POSITIVE_INFINITY) >= expires;
  }

  #hasEnded(grant: Grant): boolean {
    const { session, group, user, since } = grant;
    const keys = [sessionKey(session), groupKey(group), grantKey(grant)];
    if (keys.some((key) => this.#ends.has(key))) return true;
    const before = this.#ends.get(memberKey(group, user))?.before;
    return before !== undefined && compareStamps(since, before) < 0;
  }

  #remember(key: string, { before, now }: { before: Stamp | undefined; now: number }): void {
    const known = this.#ends.get(key)?.before;
    const later = known !== undefined && before !== undefined && compareStamps(known, before) > 0 ? known : before;
    this.#ends.delete(key);
    this.#ends.set(key, { before: later, forgetAt: now + REMEMBERED_MS });
  }

  #tell(now: number): void {
    this.#forget(now);
    for (const listener of this.#listeners) listener();
  }

  #forget(now: number): void {
    for (const [key, { forgetAt }] of this.#ends) {
      if (forgetAt > now && this.#ends.size <= MAX_REMEMBERED_ENDS) return;
      this.#ends.delete(key);
    }
  }
}

function keyOf(one: EndedAccess): string {
  switch (one.what) {
    case 'session':
      return sessionKey(one.session);
    case 'group':
      return groupKey(one.group);
    case 'membership':
      return memberKey(one.group, one.user);
  }
}

const grantKey = ({ session, group, since: { time, count, incarnation } }: Grant): string =>
  `grant ${session} ${group} ${time} ${count} ${incarnation}`;
const sessionKey = (session: SessionId): string => `session ${session}`;
const groupKey = (group: GroupId): string => `group ${group}`;
const memberKey = (group: GroupId, user: string): string => `member ${group} ${user}`;
