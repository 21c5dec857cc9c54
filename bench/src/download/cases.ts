/** What is measured: who fetches how much from how many, and how often. */
import type { BenchmarkOptions } from '../benchmark.js';

const MIB = 2 ** 20;

export interface Case {
  readonly seeders: number;
  readonly downloaders: number;
}

/** What is measured beside the cases, each by its name. */
const parts = ['choices', 'own choices', 'event loops', 'hashing', 'stalling', 'small files', 'large'] as const;
export type Part = (typeof parts)[number];

/** Measured where they are asked for by name. */
const byName: ReadonlySet<Part> = new Set<Part>(['choices', 'own choices']);

export interface Plan {
  readonly bytes: number;
  readonly rounds: number;
  readonly cases: readonly Case[];
  readonly parts: ReadonlySet<Part>;
  /** Downloaders that take nothing, beside one that does. */
  readonly stalling: number;
  readonly smallFiles: number;
}

export const oneToOne: Case = { seeders: 1, downloaders: 1 };
const twoToOne: Case = { seeders: 2, downloaders: 1 };
const cases = [oneToOne, { seeders: 1, downloaders: 3 }, twoToOne, { seeders: 2, downloaders: 3 }];
/** Everything takes part in the first; ours alone in the other, without rivals. */
const tinyCases = [oneToOne, twoToOne];

/** In front of its figures. */
export function nameOf({ seeders, downloaders }: Case): string {
  return `${seeders} to ${downloaders}`;
}

/** Throws where there is nothing of the name that `only` gives. */
export function planOf({ tiny, large, sizeMib, rounds, only }: BenchmarkOptions): Plan {
  const names: readonly string[] = [...cases.map(nameOf), ...parts];
  if (only !== undefined && !names.includes(only))
    throw new RangeError(`there is no "${only}", but ${names.join(', ')}`);
  const usual = (tiny ? tinyCases : cases).map(nameOf);
  const usualParts = parts.filter((part) => (part === 'large' ? large : !byName.has(part)));
  const wanted = only === undefined ? [...usual, ...usualParts] : [only];
  return {
    bytes: (sizeMib ?? (tiny ? 4 : 1_024)) * MIB,
    rounds: rounds ?? (tiny ? 1 : 5),
    cases: cases.filter((each) => wanted.includes(nameOf(each))),
    parts: new Set(parts.filter((part) => wanted.includes(part))),
    stalling: tiny ? 4 : 49,
    smallFiles: tiny ? 20 : 10_000,
  };
}
