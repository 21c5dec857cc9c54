/**
 * Timers, the clock on the wall and chance for code that takes them from its surroundings: while this is installed, time
 * stands still until it is moved, and whatever is rolled is the same every time.
 */
import { Dice } from './dice.js';
import { BrokenPromise } from './target.js';

const BEGINNING_MS = 1_700_000_000_000;

/** Turns of the loop without an end in sight. */
const MAX_TURNS = 100_000;

class VirtualTimer {
  readonly callback: () => void;
  readonly everyMs: number | undefined;
  dueMs: number;

  constructor(callback: () => void, dueMs: number, everyMs: number | undefined) {
    this.callback = callback;
    this.dueMs = dueMs;
    this.everyMs = everyMs;
  }

  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

const real = {
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  setImmediate: globalThis.setImmediate,
  clearTimeout: globalThis.clearTimeout,
  clearInterval: globalThis.clearInterval,
  clearImmediate: globalThis.clearImmediate,
};
const realNow = Date.now;
const realRandom = Math.random;

export class VirtualTime {
  #nowMs = BEGINNING_MS;
  readonly #timers = new Set<VirtualTimer>();
  #immediates: (() => void)[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Timers that are still set. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  install(): void {
    const dice = new Dice(1);
    const set =
      (isRepeated: boolean) =>
      (callback: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]) => {
        const everyMs = Math.max(1, Math.trunc(delayMs) || 1);
        const timer = new VirtualTimer(
          () => callback(...args),
          this.#nowMs + everyMs,
          isRepeated ? everyMs : undefined,
        );
        this.#timers.add(timer);
        return timer;
      };
    const clear = (timer: unknown) => void this.#timers.delete(timer as VirtualTimer);
    const immediate = (callback: (...args: unknown[]) => void, ...args: unknown[]) => {
      this.#immediates.push(() => callback(...args));
    };
    Object.assign(globalThis, {
      setTimeout: set(false),
      setInterval: set(true),
      setImmediate: immediate,
      clearTimeout: clear,
      clearInterval: clear,
      clearImmediate: () => undefined,
    });
    Date.now = () => this.#nowMs;
    Math.random = () => dice.next();
  }

  /** Everything is as it was; timers that are still set never fire. */
  uninstall(): void {
    Object.assign(globalThis, real);
    Date.now = realNow;
    Math.random = realRandom;
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let turns = 0; turns < MAX_TURNS; turns++) {
      // All microtasks, and all that they queue, run before the next turn of the real loop.
      await new Promise<void>((resolve) => real.setImmediate(resolve));
      if (this.#immediates.length === 0) return;
      const due = this.#immediates;
      this.#immediates = [];
      for (const callback of due) callback();
    }
    throw new BrokenPromise('it never comes to rest');
  }

  /** Moves the clock; what falls due on the way happens, each in its time. */
  async advance(milliseconds: number): Promise<void> {
    const endMs = this.#nowMs + milliseconds;
    for (;;) {
      await this.settle();
      const next = this.#nextDue(endMs);
      if (next === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      if (next.everyMs === undefined) this.#timers.delete(next);
      else next.dueMs = this.#nowMs + next.everyMs;
      next.callback();
    }
    this.#nowMs = endMs;
  }

  #nextDue(endMs: number): VirtualTimer | undefined {
    let next: VirtualTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= endMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }
}
