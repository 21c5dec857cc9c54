/**
 * Bytes per second as a schedule: each taker is told how long to wait so that all together keep to the limit. The
 * generic cell rate algorithm (ITU-T I.371), which is a token bucket without a timer of its own.
 */

/** What may go out at once after a pause: a fraction of a second's worth. */
const BURST_SECONDS = 0.1;

export class RateLimiter {
  readonly #bytesPerSecond: number;
  readonly #now: () => number;
  /** When everything granted so far will have been paid for, in ms. */
  #paidAt = Number.NEGATIVE_INFINITY;

  /** `bytesPerSecond` 0: no limit. `now` is a clock in ms that doesn't go back. */
  constructor(bytesPerSecond: number, now: () => number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#now = now;
  }

  /** Grants these bytes; they may be used after this many ms. */
  take(bytes: number): number {
    if (this.#bytesPerSecond === 0) return 0;
    const now = this.#now();
    const start = Math.max(this.#paidAt, now - BURST_SECONDS * 1_000);
    this.#paidAt = start + (bytes / this.#bytesPerSecond) * 1_000;
    return Math.max(0, start - now);
  }

  /** A run that keeps the flow even: an eighth of a second's worth, within these bounds. */
  runBytes(smallest: number, largest: number): number {
    if (this.#bytesPerSecond === 0) return largest;
    return Math.min(largest, Math.max(smallest, Math.floor(this.#bytesPerSecond / 8)));
  }
}
