/**
 * The trackers' clock, as this client knows it: what expires is judged by it, so that a machine whose own clock is wrong
 * works like any other. It goes on by a monotonic clock and is set anew by every answer that carries the time.
 */
export class TrackerClock {
  readonly #monotonicMs: () => number;
  #ahead: number | undefined;

  /** `monotonicMs`: a clock that doesn't go back. */
  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** A tracker has just said what time it is. */
  set(timeMs: number): void {
    this.#ahead = timeMs - this.#monotonicMs();
  }

  /** Milliseconds since 1970; undefined until a tracker has said so. */
  get now(): number | undefined {
    return this.#ahead === undefined ? undefined : this.#monotonicMs() + this.#ahead;
  }
}
