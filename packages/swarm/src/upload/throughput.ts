/** How many bytes arrive by whatever way, from one span to the next. */

/** Spans without a word after which the last one says nothing any more. */
const SPANS_TO_TRUST = 4;

export class Throughput {
  readonly #spanMs: number;
  #sinceMs: number | undefined;
  #bytes = 0;
  #bytesPerMs = 0;

  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  /** In the last span; 0 where nothing is known, or most of it was silent. */
  get bytesPerMs(): number {
    return this.#bytesPerMs;
  }

  /** The same, but 0 where nothing has arrived for several spans. */
  lately(nowMs: number): number {
    return this.#sinceMs !== undefined && nowMs - this.#sinceMs < SPANS_TO_TRUST * this.#spanMs ? this.#bytesPerMs : 0;
  }

  arrive(bytes: number, nowMs: number): void {
    this.#sinceMs ??= nowMs;
    const elapsedMs = nowMs - this.#sinceMs;
    if (elapsedMs >= this.#spanMs) {
      this.#bytesPerMs = elapsedMs < 2 * this.#spanMs ? this.#bytes / elapsedMs : 0;
      this.#bytes = 0;
      this.#sinceMs = nowMs;
    }
    this.#bytes += bytes;
  }
}
