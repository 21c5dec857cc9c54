/**
 * Bytes per second as a schedule: each taker is told how long to wait so that all together keep to the limit. The
 * generic cell rate algorithm (ITU-T I.371), which is a token bucket without a timer of its own. It counts in bytes, so
 * that the rate can change under those who wait already.
 */

/** What may go out at once after a pause: a fraction of a second's worth. */
const BURST_SECONDS = 0.1;

/** A place in the schedule: what was granted there may be used once the wait is over. */
export interface Turn {
  /** Ms from now, 0 once it is over. To be asked again when the rate has changed. */
  waitMs(): number;
}

export class RateLimiter {
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  #bytesPerSecond: number;
  /** Bytes granted so far. */
  #granted = 0;
  /** Up to where, in bytes granted, turns have come; ahead of what is granted by a burst at most. */
  #due: number;
  #countedAt: number;

  /** `bytesPerSecond` 0: no limit. `now` is a clock in ms that doesn't go back. */
  constructor(bytesPerSecond: number, now: () => number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#now = now;
    this.#due = bytesPerSecond * BURST_SECONDS;
    this.#countedAt = now();
  }

  /** 0: no limit. */
  get bytesPerSecond(): number {
    return this.#bytesPerSecond;
  }

  /** From now on, for those who wait already too: they are told by {@link onChange}. */
  setRate(bytesPerSecond: number): void {
    this.#count();
    // Where there was no limit nothing is owed.
    if (this.#bytesPerSecond === 0) this.#due = this.#granted;
    this.#bytesPerSecond = bytesPerSecond;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Calls `listener` after every change of the rate; the returned function ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Grants these bytes; they may be used when their turn has come. */
  reserve(bytes: number): Turn {
    // What was not used up to now is forfeit, but for a burst.
    this.#count();
    const position = this.#granted;
    this.#granted += bytes;
    return { waitMs: () => this.#waitMsUntil(position) };
  }

  /** Grants these bytes; they may be used after this many ms, as long as the rate stays what it is. */
  take(bytes: number): number {
    return this.reserve(bytes).waitMs();
  }

  /** How long whoever takes now has to wait, in ms. Grants nothing. */
  waitMs(): number {
    return this.#waitMsUntil(this.#granted);
  }

  /** A run that keeps the flow even: an eighth of a second's worth, within these bounds. */
  runBytes(smallest: number, largest: number): number {
    if (this.#bytesPerSecond === 0) return largest;
    return Math.min(largest, Math.max(smallest, Math.floor(this.#bytesPerSecond / 8)));
  }

  #waitMsUntil(position: number): number {
    if (this.#bytesPerSecond === 0) return 0;
    this.#count();
    return Math.max(0, ((position - this.#due) / this.#bytesPerSecond) * 1_000);
  }

  /** Moves the turns on to this moment. */
  #count(): void {
    const now = this.#now();
    const rate = this.#bytesPerSecond;
    const due = this.#due + (rate * (now - this.#countedAt)) / 1_000;
    this.#due = Math.min(due, this.#granted + rate * BURST_SECONDS);
    this.#countedAt = now;
  }
}
