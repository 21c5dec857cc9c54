/** What is fuzzed: a target lies in the folder `fuzz` beside the sources that it is about, and knows what they promise. */
import type { Dice } from './dice.js';
import type { Parents } from './inputs/mutate-bytes.js';

export interface Target {
  /** On the command line, and the name of its folder of inputs. */
  readonly name: string;
  /** Whether one input is one message or file, or a whole conversation. */
  readonly kind: 'decoder' | 'machine';
  /** How often a long run executes it. */
  readonly executions: number;
  /** No input is longer: what would not get this far in the program either. */
  readonly maxBytes: number;
  /** An input as an honest other side might send it, or nearly. */
  generate(dice: Dice): Uint8Array;
  /** An input with something wrong in it. Without this: see mutate-bytes.ts. */
  readonly mutate?: Mutate;
  /**
   * Runs the code on one input. Throws, or rejects, where a promise is broken; the input is then a find. Gives whether
   * the input got past the first check. It runs as often as asked with the same result: nothing is left behind.
   */
  run(input: Uint8Array): boolean | Promise<boolean>;
  /** Called now and then, after garbage was collected: throws where something is still held that was let go. */
  readonly checkReleased?: () => void;
}

export type Mutate = (dice: Dice, parents: Parents) => Uint8Array;

/** A promise that an input has broken; the message says which. */
export class BrokenPromise extends Error {}

/** Throws a {@link BrokenPromise} unless `kept`. `promise` is what should have held. */
export function hold(kept: boolean, promise: string | (() => string)): asserts kept {
  if (!kept) throw new BrokenPromise(typeof promise === 'string' ? promise : promise());
}
