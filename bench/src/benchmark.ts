/** What every benchmark is, and what it is given. */
import type { Figure } from './report/figures.js';

export interface BenchmarkOptions {
  /** So small that it takes seconds: tells that the benchmark works, and nothing about speed. */
  readonly tiny: boolean;
  /** Whether other programs that do the same are measured in the same run, where they are installed. */
  readonly rivals: boolean;
  /** Whether a file ten times as large is measured as well, by those that have such a case. */
  readonly large: boolean;
  /** Other sizes than usual, for those that move files of one size; undefined: as usual. */
  readonly sizeMib: number | undefined;
  readonly rounds: number | undefined;
  /** The only case to be measured, by those that have several. */
  readonly only: string | undefined;
  /** Says what is being done, on a line of its own. */
  say(line: string): void;
}

export interface Benchmark {
  /** One sentence for a person. */
  readonly about: string;
  /** What it needs and this machine hasn't got, in words for a person; undefined where it can run. */
  lacks?(): string | undefined;
  run(options: BenchmarkOptions): Promise<Figure[]>;
}
