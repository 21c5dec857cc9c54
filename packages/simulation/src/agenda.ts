/** Virtual time: what is to happen when. Of two things at the same moment, the one that was planned first comes first. */

/** A run of a cluster has tens of thousands; only one that goes in circles gets here. */
const MAX_ACTIONS = 1_000_000;

/** Grows by doubling. */
const FIRST_CAPACITY = 1_024;

/**
 * A binary heap in plain numbers, since a swarm has hundreds of thousands of plans: place by place when, in which order
 * it was planned, and under which number the action is kept.
 */
export class Agenda {
  #times = new Float64Array(FIRST_CAPACITY);
  #orders = new Float64Array(FIRST_CAPACITY);
  #slots = new Int32Array(FIRST_CAPACITY);
  #size = 0;
  readonly #actions: ((() => void) | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  readonly #maxActions: number;
  #now: number;
  #planned = 0;
  #performed = 0;

  constructor(beginning: number, maxActions = MAX_ACTIONS) {
    this.#now = beginning;
    this.#maxActions = maxActions;
  }

  /** The true time, ms. No tracker's clock shows it exactly. */
  get now(): number {
    return this.#now;
  }

  /** Actions performed so far. */
  get performed(): number {
    return this.#performed;
  }

  /** Plans an action, `delayMs` from now. */
  after(delayMs: number, action: () => void): void {
    if (this.#size === this.#times.length) this.#grow();
    const slot = this.#freeSlots.pop() ?? this.#actions.length;
    this.#actions[slot] = action;
    const time = this.#now + delayMs;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      // What was planned earlier stays before it at the same time.
      if ((this.#times[parent] as number) <= time) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#times[at] = time;
    this.#orders[at] = this.#planned++;
    this.#slots[at] = slot;
  }

  /** Runs all that is planned up to `time`, in order, with what comes of it; then it is `time`. */
  runUntil(time: number): void {
    while (this.#size > 0 && (this.#times[0] as number) <= time) {
      this.#performed += 1;
      if (this.#performed > this.#maxActions) throw new Error('there is no end to it: they go on and on');
      this.#now = this.#times[0] as number;
      this.#takeRoot()();
    }
    this.#now = Math.max(this.#now, time);
  }

  #takeRoot(): () => void {
    const slot = this.#slots[0] as number;
    const action = this.#actions[slot] as () => void;
    this.#actions[slot] = undefined;
    this.#freeSlots.push(slot);
    const last = --this.#size;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= last) break;
      const child = left + 1 < last && this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#isBefore(child, last)) break;
      this.#move(child, at);
      at = child;
    }
    this.#move(last, at);
    return action;
  }

  #isBefore(one: number, other: number): boolean {
    const difference = (this.#times[one] as number) - (this.#times[other] as number);
    return difference < 0 || (difference === 0 && (this.#orders[one] as number) < (this.#orders[other] as number));
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from] as number;
    this.#orders[to] = this.#orders[from] as number;
    this.#slots[to] = this.#slots[from] as number;
  }

  #grow(): void {
    const grown = <A extends Float64Array | Int32Array>(made: A, full: A): A => {
      made.set(full);
      return made;
    };
    this.#times = grown(new Float64Array(2 * this.#size), this.#times);
    this.#orders = grown(new Float64Array(2 * this.#size), this.#orders);
    this.#slots = grown(new Int32Array(2 * this.#size), this.#slots);
  }
}
