/**
 * Wrong passwords, remembered for ten minutes: per account and source, so that whoever guesses is stopped and nobody
 * else, and per address for all accounts together. Pure; times come in. What all trackers have been told is the same on
 * all of them, in whatever order and however often they were told (failures are a set of times, see `merge`).
 */
import {
  FAILED_LOG_INS_WINDOW_MS,
  type FailedLogIns,
  MAX_CLOCK_SKEW_MS,
  MAX_COUNTED_ADDRESSES,
  MAX_FAILED_LOG_INS,
  MAX_FAILED_LOG_INS_PER_ADDRESS,
  MAX_REMEMBERED_LOG_INS,
  type UserName,
} from '@p2p/protocol';
import { DrainingCounters } from '../draining-counters.js';

/** Who tries to log in as whom. */
export interface Attempt {
  /** The name as typed: whether there is such a user makes no difference. */
  readonly account: UserName;
  /** The device, where the account knows it; else the address it comes from, see `networkOf`. */
  readonly source: string;
  /** Whether `source` counts among all accounts too: not a device, and not this machine itself. */
  readonly countsForAll: boolean;
}

interface Failures {
  readonly attempt: Pick<FailedLogIns, 'account' | 'source'>;
  /** Wall clock, ms; the last {@link MAX_FAILED_LOG_INS}, the earliest first. */
  readonly failedAt: readonly number[];
  /** 0: never. */
  readonly clearedAt: number;
}

export class FailedLogInLog {
  readonly #maxRemembered: number;
  /** Those that were touched last are at the end. */
  readonly #byKey = new Map<string, Failures>();
  readonly #byAddress = new DrainingCounters({
    capacity: MAX_FAILED_LOG_INS_PER_ADDRESS,
    drainMs: FAILED_LOG_INS_WINDOW_MS,
    maxKeys: MAX_COUNTED_ADDRESSES,
  });

  /**
   * Beyond `maxRemembered` what was touched the longest ago is forgotten. To push anything out somebody has to fail so
   * many times within the ten minutes for which it counts, and each time costs a hash: the trackers don't make as many.
   */
  constructor(maxRemembered = MAX_REMEMBERED_LOG_INS) {
    this.#maxRemembered = maxRemembered;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Whether no more passwords are tried for now. */
  isBlocked({ account, source, countsForAll }: Attempt, now: number): boolean {
    if (countsForAll && this.#byAddress.isFull(source, now)) return true;
    const failedAt = this.#byKey.get(keyOf(account, source))?.failedAt ?? [];
    const [first = 0] = failedAt;
    return failedAt.length === MAX_FAILED_LOG_INS && first > now - FAILED_LOG_INS_WINDOW_MS;
  }

  /** A password was wrong. Returns what the other trackers are to be told. */
  fail({ account, source, countsForAll }: Attempt, now: number): FailedLogIns {
    const known = this.#byKey.get(keyOf(account, source));
    // Each failure has a time of its own, or two would count as one.
    const at = Math.max(now, (known?.failedAt.at(-1) ?? 0) + 1, (known?.clearedAt ?? 0) + 1);
    const change = { account, source, failedAt: [at], clearedAt: known?.clearedAt ?? 0 };
    this.#merge(change);
    if (countsForAll) this.#byAddress.add(source, now);
    return change;
  }

  /** Somebody got in. Returns what the other trackers are to be told, if anything. */
  clear({ account, source }: Attempt, now: number): FailedLogIns | undefined {
    const known = this.#byKey.get(keyOf(account, source));
    if (known === undefined || known.failedAt.length === 0) return undefined;
    const change = { account, source, failedAt: [], clearedAt: Math.max(now, known.failedAt.at(-1) ?? 0) };
    this.#merge(change);
    return change;
  }

  /** What failed for this account up to a time counts no more, wherever it came from. */
  forgive(account: string, at: number): void {
    for (const { attempt, failedAt } of [...this.#byKey.values()]) {
      if (attempt.account === account) this.#merge({ ...attempt, failedAt: [...failedAt], clearedAt: at });
    }
  }

  /** What another tracker tells. `countsForAll`: as in an {@link Attempt} from there. */
  apply(change: FailedLogIns, { now, countsForAll }: { now: number; countsForAll: boolean }): void {
    const possible = (time: number) => time <= now + MAX_CLOCK_SKEW_MS;
    const failedAt = change.failedAt.filter((time) => possible(time) && time > now - FAILED_LOG_INS_WINDOW_MS);
    const fresh = this.#merge({ ...change, failedAt, clearedAt: possible(change.clearedAt) ? change.clearedAt : 0 });
    if (countsForAll) this.#byAddress.add(change.source, now, fresh);
  }

  /** All that still counts, for a tracker that has just been linked. */
  *all(now: number): Generator<FailedLogIns> {
    for (const { attempt, failedAt, clearedAt } of this.#byKey.values()) {
      const recent = failedAt.filter((time) => time > now - FAILED_LOG_INS_WINDOW_MS);
      const isRecent = recent.length > 0 || clearedAt > now - FAILED_LOG_INS_WINDOW_MS;
      if (isRecent) yield { ...attempt, failedAt: recent, clearedAt };
    }
  }

  /** Returns how many failures are new. */
  #merge({ account, source, failedAt, clearedAt }: FailedLogIns): number {
    const key = keyOf(account, source);
    const known = this.#byKey.get(key);
    const cleared = Math.max(clearedAt, known?.clearedAt ?? 0);
    const times = new Set([...(known?.failedAt ?? []), ...failedAt].filter((time) => time > cleared));
    const fresh = [...times].filter((time) => known?.failedAt.includes(time) !== true).length;
    if (times.size === 0 && cleared === 0) return 0;
    const last = [...times].sort((a, b) => a - b).slice(-MAX_FAILED_LOG_INS);
    this.#byKey.delete(key);
    this.#byKey.set(key, { attempt: { account, source }, failedAt: last, clearedAt: cleared });
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size > this.#maxRemembered && oldest !== undefined) this.#byKey.delete(oldest);
    return fresh;
  }
}

/** No name has a separator in it. */
function keyOf(account: string, source: string): string {
  return `${account}/${source}`;
}
