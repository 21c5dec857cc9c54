/** Chance from a seed: the only source of it in a target, so that a seed and a number are the whole of an input. */

export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** For one execution: those of neighbouring numbers, and of other targets, have nothing to do with each other. */
  static for(seed: number, name: string, execution: number): Dice {
    let mixed = mix(seed, 0x9e3779b9);
    for (let at = 0; at < name.length; at++) mixed = mix(mixed, name.charCodeAt(at));
    return new Dice(mix(mix(mixed, execution), Math.floor(execution / 2 ** 32)));
  }

  /** From 0 to below 1. Mulberry32 by Tommy Ettinger: 32 bits of state are plenty for one input. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to below `bound`. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new Error('nothing to choose from');
    return choices[this.below(choices.length)] as T;
  }

  /** Mostly near 0, now and then up to `bound`: sizes as they occur. */
  size(bound: number): number {
    return Math.floor(bound ** this.next()) - (bound >= 1 ? 1 : 0);
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at++) bytes[at] = this.below(256);
    return bytes;
  }
}

/** One round of MurmurHash3's finaliser by Austin Appleby. */
function mix(state: number, value: number): number {
  let mixed = Math.imul(state ^ value, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
