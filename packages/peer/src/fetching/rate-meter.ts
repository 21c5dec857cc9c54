/** How fast bytes come in: an average in which what lies a few seconds back counts ever less. */

/** After this long a change of rate has reached 63 % of its effect. */
const SMOOTHING_MS = 3_000;

export class RateMeter {
  readonly #now: () => number;
  #bytesPerMs = 0;
  #countedAt: number;
  #uncounted = 0;

  /** `now` is a clock in ms that doesn't go back. */
  constructor(now: () => number) {
    this.#now = now;
    this.#countedAt = now();
  }

  add(bytes: number): void {
    this.#uncounted += bytes;
  }

  /** Bytes per second, a whole number. */
  read(): number {
    const now = this.#now();
    const elapsedMs = now - this.#countedAt;
    if (elapsedMs > 0) {
      const kept = Math.exp(-elapsedMs / SMOOTHING_MS);
      this.#bytesPerMs = this.#bytesPerMs * kept + (this.#uncounted / elapsedMs) * (1 - kept);
      this.#countedAt = now;
      this.#uncounted = 0;
    }
    return Math.round(this.#bytesPerMs * 1_000);
  }
}
