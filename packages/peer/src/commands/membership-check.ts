/**
 * Whether the user is a member of a group, which has to be known before a file is hashed for it. A tracker is asked
 * once, and not for every file of a folder: it says by itself when that has changed.
 */
import type { Refusal } from '@p2p/protocol';
import type { Announcer } from '../sharing/announcer.js';
import type { TrackerSession } from '../tracker-session/tracker-session.js';

export interface MembershipCheckOptions {
  readonly session: Pick<TrackerSession, 'ask'>;
  readonly announcer: Pick<Announcer, 'epoch'>;
}

export class MembershipCheck {
  readonly #options: MembershipCheckOptions;
  /** Names of groups of which a tracker has said yes in this epoch. */
  readonly #groups = new Set<string>();
  #epoch = 0;

  constructor(options: MembershipCheckOptions) {
    this.#options = options;
  }

  /** Why the user may share nothing in the group, as far as is known; undefined: as a member. */
  async check(group: string): Promise<Refusal | undefined> {
    return this.#epoch === this.#options.announcer.epoch && this.#groups.has(group) ? undefined : this.ask(group);
  }

  /** The same as it is now. */
  async ask(group: string): Promise<Refusal | undefined> {
    const { session, announcer } = this.#options;
    const { epoch } = announcer;
    const called = await session.ask({ type: 'check_member', group });
    if (!called.ok) return called;
    // What was said before the change must not outlive it.
    if (epoch !== announcer.epoch) return undefined;
    if (epoch !== this.#epoch) this.#groups.clear();
    this.#epoch = epoch;
    this.#groups.add(group);
    return undefined;
  }
}
