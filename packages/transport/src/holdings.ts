/**
 * Bytes that a server holds for its connections, all of them together and for how long: half of a frame that the other
 * side has begun, or answers that it doesn't take. Beyond the bound whoever has kept it waiting the longest is let go.
 */
export interface HoldingsOptions<T> {
  readonly maxBytes: number;
  /** {@link Holdings.tick}s for which somebody may keep it waiting; for ever where nothing is said. */
  readonly maxTicks?: number | undefined;
  letGo(holder: T): void;
}

interface Held {
  readonly bytes: number;
  readonly since: number;
}

export class Holdings<T> {
  readonly #options: HoldingsOptions<T>;
  /** Whoever has kept it waiting the longest comes first. */
  readonly #held = new Map<T, Held>();
  #bytes = 0;
  #ticks = 0;

  constructor(options: HoldingsOptions<T>) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** So much is held for `holder` now; it has kept it waiting since it held something first. */
  set(holder: T, bytes: number): void {
    const known = this.#held.get(holder);
    if (bytes === 0) return this.#release(holder);
    this.#bytes += bytes - (known?.bytes ?? 0);
    this.#held.set(holder, { bytes, since: known?.since ?? this.#ticks });
    while (this.#bytes > this.#options.maxBytes) this.#letGoOfFirst();
  }

  /** The same, after it has got on: it keeps nobody waiting. */
  renew(holder: T, bytes: number): void {
    this.#release(holder);
    this.set(holder, bytes);
  }

  /** To be called at a steady pace. Ticks are counted, not time: who was stopped himself for a while blames nobody. */
  tick(): void {
    this.#ticks += 1;
    const { maxTicks } = this.#options;
    if (maxTicks === undefined) return;
    for (const { since } of this.#held.values()) {
      // The first tick may come just after it began, so it doesn't count as a whole one.
      if (this.#ticks - since <= maxTicks) break;
      this.#letGoOfFirst();
    }
  }

  #letGoOfFirst(): void {
    const [holder] = this.#held.keys();
    if (holder === undefined) return;
    this.#release(holder);
    this.#options.letGo(holder);
  }

  #release(holder: T): void {
    this.#bytes -= this.#held.get(holder)?.bytes ?? 0;
    this.#held.delete(holder);
  }
}
