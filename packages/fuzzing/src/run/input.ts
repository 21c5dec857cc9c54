/** The input of one execution: nothing but the seed, the number and the kept inputs decide on it. */
import { Dice } from '../dice.js';
import { mutateBytes } from '../inputs/mutate-bytes.js';
import type { Target } from '../target.js';

/** How often an input is left as an honest other side would send it. */
const HONEST = 0.2;
/** How often an input begins with one that is kept. */
const KEPT = 0.4;

export interface Origin {
  readonly target: Target;
  /** Inputs that are kept, in an order that is always the same. */
  readonly kept: readonly Uint8Array[];
  readonly seed: number;
}

export function inputOf({ target, kept, seed }: Origin, execution: number): Uint8Array {
  const dice = Dice.for(seed, target.name, execution);
  const { maxBytes } = target;
  const one = () => (kept.length > 0 && dice.chance(KEPT) ? dice.pick(kept) : target.generate(dice));
  const input = one();
  if (dice.chance(HONEST)) return input.subarray(0, maxBytes);
  const parents = { input, other: one() };
  const mutated = target.mutate?.(dice, parents) ?? mutateBytes(dice, parents, maxBytes);
  return mutated.subarray(0, maxBytes);
}
