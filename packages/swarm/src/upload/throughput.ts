/** How many bytes arrive by whatever way, from one span of a quarter of a second to the next. */

const SPAN_MS = 250;

export class Throughput {
  #sinceMs: number | undefined;
  #bytes = 0;
  #bytesPerMs = 0;

  arrive(bytes: number, nowMs: number): void {
    this.#sinceMs ??= nowMs;
    const elapsedMs = nowMs - this.#sinceMs;
    if (elapsedMs >= SPAN_MS) {
      this.#bytesPerMs = this.#bytes / elapsedMs;
      this.#bytes = 0;
      this.#sinceMs = nowMs;
    }
    this.#bytes += bytes;
  }

  /** 0 where nothing is known, or nothing has arrived lately. */
  bytesPerMs(nowMs: number): number {
    return this.#sinceMs !== undefined && nowMs - this.#sinceMs < 4 * SPAN_MS ? this.#bytesPerMs : 0;
  }
}
