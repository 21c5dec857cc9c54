/** Calls something at most so often, and never leaves the last occasion out. */
export class PacedCall {
  readonly #intervalMs: number;
  readonly #call: () => void;
  #calledAt = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(intervalMs: number, call: () => void) {
    this.#intervalMs = intervalMs;
    this.#call = call;
  }

  /** There is an occasion: at once where the last call lies back far enough, else as soon as it does. */
  request(): void {
    const waitMs = this.#calledAt + this.#intervalMs - performance.now();
    if (waitMs <= 0) this.now();
    else this.#timer ??= setTimeout(() => this.now(), waitMs);
  }

  /** Calls without waiting. */
  now(): void {
    this.cancel();
    this.#calledAt = performance.now();
    this.#call();
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
