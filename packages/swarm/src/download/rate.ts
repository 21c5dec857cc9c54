/** How fast bytes come in: an average in which what lies a few seconds back counts ever less. */

/** After this long a change of rate has reached 63 % of its effect. */
const SMOOTHING_MS = 2_000;

export class Rate {
  #bytesPerMs = 0;
  #countedAtMs: number;
  #uncounted = 0;

  constructor(nowMs: number) {
    this.#countedAtMs = nowMs;
  }

  add(bytes: number): void {
    this.#uncounted += bytes;
  }

  /** Bytes per second, a whole number. */
  read(nowMs: number): number {
    const elapsedMs = nowMs - this.#countedAtMs;
    if (elapsedMs > 0) {
      const kept = Math.exp(-elapsedMs / SMOOTHING_MS);
      this.#bytesPerMs = this.#bytesPerMs * kept + (this.#uncounted / elapsedMs) * (1 - kept);
      this.#countedAtMs = nowMs;
      this.#uncounted = 0;
    }
    return Math.round(this.#bytesPerMs * 1_000);
  }
}
