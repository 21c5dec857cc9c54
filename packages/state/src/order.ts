/** The one total order of all operations, and the clock that places new ones at its end. */
import { compareStamps, type IncarnationId, type Operation, type Stamp } from '@p2p/protocol';

export function compareOperations(a: Operation, b: Operation): number {
  return compareStamps(a.stamp, b.stamp);
}

/**
 * A hybrid logical clock: follows the wall clock, never goes back, and is moved past every stamp that is seen, so
 * that an operation sorts after everything its tracker knew.
 */
export class HybridClock {
  #time = 0;
  #count = 0;

  /** A stamp after all before it. `now` is the wall clock in ms. */
  next(now: number, incarnation: IncarnationId): Stamp {
    if (now > this.#time) {
      this.#time = now;
      this.#count = 0;
    } else {
      this.#count += 1;
    }
    return { time: this.#time, count: this.#count, incarnation };
  }

  /** The last stamp that was given or seen, in the name of `incarnation`. */
  reading(incarnation: IncarnationId): Stamp {
    return { time: this.#time, count: this.#count, incarnation };
  }

  /** Moves the clock to at least `stamp`. */
  observe(stamp: Stamp): void {
    if (stamp.time < this.#time) return;
    this.#count = stamp.time > this.#time ? stamp.count : Math.max(this.#count, stamp.count);
    this.#time = stamp.time;
  }
}
