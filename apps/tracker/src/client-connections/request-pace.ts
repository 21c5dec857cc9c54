/** How fast a stranger may ask (a token bucket): many at once, then so many a second. Pure; times come in. */
import { STRANGER_REQUESTS_AT_ONCE, STRANGER_REQUESTS_PER_SECOND } from '@p2p/protocol';

export class RequestPace {
  /** When all that was asked would have been due at the even pace, ms. */
  #paidUntil = Number.NEGATIVE_INFINITY;

  /** Counts one request. Returns for how long nothing more is read, ms. */
  take(now: number): number {
    const costMs = 1_000 / STRANGER_REQUESTS_PER_SECOND;
    this.#paidUntil = Math.max(this.#paidUntil, now - STRANGER_REQUESTS_AT_ONCE * costMs) + costMs;
    return Math.max(0, this.#paidUntil - now);
  }
}
