/**
 * Counters that drain evenly (a leaky bucket each): so many at once, and then as many again in the time that a full one
 * takes to run empty. Pure; times come in.
 */
export interface DrainingOptions {
  /** How much a counter holds. */
  readonly capacity: number;
  /** In which time a full one is empty again. */
  readonly drainMs: number;
  /** Counters beyond this: the one that was added to the longest ago is forgotten, and so empty. */
  readonly maxKeys: number;
}

interface Level {
  readonly level: number;
  /** When it was that. */
  readonly at: number;
}

export class DrainingCounters {
  readonly #options: DrainingOptions;
  /** Those that were added to last are at the end. */
  readonly #levels = new Map<string, Level>();

  constructor(options: DrainingOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#levels.size;
  }

  /** Whether one more does not fit. */
  isFull(key: string, now: number): boolean {
    return this.#levelOf(key, now) > this.#options.capacity - 1;
  }

  add(key: string, now: number, amount = 1): void {
    if (amount === 0) return;
    const { capacity, maxKeys } = this.#options;
    const level = Math.min(capacity, this.#levelOf(key, now) + amount);
    this.#levels.delete(key);
    this.#levels.set(key, { level, at: now });
    const [oldest] = this.#levels.keys();
    if (this.#levels.size > maxKeys && oldest !== undefined) this.#levels.delete(oldest);
  }

  #levelOf(key: string, now: number): number {
    const known = this.#levels.get(key);
    if (known === undefined) return 0;
    const { capacity, drainMs } = this.#options;
    // A clock that is set back drains nothing.
    const drained = (Math.max(0, now - known.at) / drainMs) * capacity;
    return Math.max(0, known.level - drained);
  }
}
