/** Chance that can be had again: every choice of a run follows from its seed. */

export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0, less than `end`. mulberry32 (Tommy Ettinger, 2017). */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return Math.floor((((word ^ (word >>> 14)) >>> 0) / 2 ** 32) * end);
  }

  /** True once in `times` throws. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  oneOf<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error('nothing to choose from');
    return choice;
  }

  /** A key of `weights`, as often as its number says. */
  weighed<K extends string>(weights: Readonly<Record<K, number>>): K {
    const keys = Object.keys(weights) as K[];
    const slots = keys.flatMap((key) => Array<K>(weights[key]).fill(key));
    return this.oneOf(slots);
  }

  /** Dice of its own for one part of a run: how often the others throw doesn't matter to it. */
  fork(): Dice {
    return new Dice(this.below(2 ** 32));
  }
}
