/** What every benchmark is, and what it is given. */
import type { Figure } from './report/figures.js';

export interface BenchmarkOptions {
  /** So small that it takes seconds: tells that the benchmark works, and nothing about speed. */
  readonly tiny: boolean;
  /** Says what is being done, on a line of its own. */
  say(line: string): void;
}

export interface Benchmark {
  /** One sentence for a person. */
  readonly about: string;
  run(options: BenchmarkOptions): Promise<Figure[]>;
}
