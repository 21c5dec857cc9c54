/**
 * The grants by which this device may have bytes: one for each group, renewed at half its life for as long as somebody
 * fetches from the group, and sooner where a sharer doesn't believe it.
 */
import { type ErrorCode, GRANT_MS, type GroupId, type Refusal } from '@p2p/protocol';
import type { TrackerSession } from '../tracker-session/tracker-session.js';

const RENEWAL_MS = GRANT_MS / 2;
/** Where the tracker could not be asked, or a sharer has just refused: no more often than this. */
const RETRY_MS = 2_000;

/** The user has nothing to look for in the group any more. */
const isFinal: ReadonlySet<ErrorCode> = new Set(['no_such_group', 'not_a_member']);

interface Held {
  grant: string | undefined;
  /** How many fetch from the group. */
  users: number;
  renewing: boolean;
  timer: NodeJS.Timeout | undefined;
}

export interface GrantWalletOptions {
  readonly session: Pick<TrackerSession, 'ask'>;
  /** The tracker gives no grant for the group any more, and says why. */
  readonly ended: (group: GroupId, reason: Refusal) => void;
}

export class GrantWallet {
  readonly #options: GrantWalletOptions;
  readonly #held = new Map<GroupId, Held>();
  readonly #listeners = new Set<(group: GroupId, grant: string) => void>();

  constructor(options: GrantWalletOptions) {
    this.#options = options;
  }

  /** The latest grant for the group; whether it is still good is for the sharer to say. */
  of(group: GroupId): string | undefined {
    return this.#held.get(group)?.grant;
  }

  /** Somebody fetches from the group: its grant is renewed until the returned function is called, once. */
  use(group: GroupId): () => void {
    const held = this.#at(group);
    held.users++;
    if (held.grant !== undefined) this.#renewLater(group, held, RENEWAL_MS);
    return () => {
      held.users--;
      if (held.users === 0) this.#forget(group, held);
    };
  }

  /** A tracker has given this grant. */
  put(group: GroupId, grant: string): void {
    const held = this.#at(group);
    const isNew = held.grant !== grant;
    held.grant = grant;
    this.#renewLater(group, held, RENEWAL_MS);
    if (isNew) for (const listener of this.#listeners) listener(group, grant);
  }

  /** A sharer has not believed the grant: perhaps a tracker gives a better one, or says that there is none. */
  doubt(group: GroupId): void {
    const held = this.#held.get(group);
    if (held !== undefined && !held.renewing) this.#renewLater(group, held, RETRY_MS);
  }

  /** Another user, or nobody, is logged in: what was given before is not theirs. */
  clear(): void {
    for (const held of this.#held.values()) {
      held.grant = undefined;
      clearTimeout(held.timer);
    }
  }

  /** Calls `listener` with every grant that takes another one's place; the returned function ends it. */
  onRenewed(listener: (group: GroupId, grant: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    for (const held of this.#held.values()) clearTimeout(held.timer);
    this.#held.clear();
  }

  #at(group: GroupId): Held {
    const held = this.#held.get(group) ?? { grant: undefined, users: 0, renewing: false, timer: undefined };
    this.#held.set(group, held);
    return held;
  }

  #forget(group: GroupId, held: Held): void {
    clearTimeout(held.timer);
    if (this.#held.get(group) === held) this.#held.delete(group);
  }

  #renewLater(group: GroupId, held: Held, delayMs: number): void {
    clearTimeout(held.timer);
    if (held.users === 0) return;
    held.timer = setTimeout(() => void this.#renew(group, held), delayMs);
  }

  async #renew(group: GroupId, held: Held): Promise<void> {
    held.renewing = true;
    const called = await this.#options.session.ask({ type: 'renew_grant', group });
    held.renewing = false;
    if (this.#held.get(group) !== held) return;
    if (called.ok) return this.put(group, called.reply.grant);
    if (isFinal.has(called.code)) return this.#options.ended(group, called);
    this.#renewLater(group, held, RETRY_MS);
  }
}
