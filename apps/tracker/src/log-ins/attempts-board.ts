/** Failed log-ins with a clock, and told to the other trackers: who is refused here is refused there. */
import type { FailedLogIns } from '@p2p/protocol';
import { isLoopback } from '@p2p/transport';
import { type Attempt, FailedLogInLog } from './failed-log-ins.js';

export interface AttemptsPort {
  /** Sends changes to every linked tracker. */
  broadcastAttempts(changes: readonly FailedLogIns[]): void;
}

export class AttemptsBoard {
  readonly #log = new FailedLogInLog();
  #port: AttemptsPort | undefined;

  start(port: AttemptsPort): void {
    this.#port = port;
  }

  isBlocked(attempt: Attempt): boolean {
    return this.#log.isBlocked(attempt, Date.now());
  }

  /** A password was wrong. */
  fail(attempt: Attempt): void {
    this.#tell(this.#log.fail(attempt, Date.now()));
  }

  /** A password was right. */
  clear(attempt: Attempt): void {
    const change = this.#log.clear(attempt, Date.now());
    if (change !== undefined) this.#tell(change);
  }

  /** The account has another password since this time. Every tracker hears of that by itself. */
  forgive(account: string, at: number): void {
    this.#log.forgive(account, Math.min(at, Date.now()));
  }

  /** What another tracker has told. */
  applyRemote(changes: readonly FailedLogIns[]): void {
    const now = Date.now();
    for (const change of changes) this.#log.apply(change, { now, countsForAll: isRemoteAddress(change.source) });
  }

  /** All that still counts, for a tracker that has just been linked. */
  snapshot(): FailedLogIns[] {
    return [...this.#log.all(Date.now())];
  }

  /** At once: there is at most one a hash, and so nothing to gather. */
  #tell(change: FailedLogIns): void {
    this.#port?.broadcastAttempts([change]);
  }
}

/** Devices have no dots and no colons in them. */
function isRemoteAddress(source: string): boolean {
  return /[.:]/.test(source) && !isLoopback(source);
}
