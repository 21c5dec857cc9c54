/**
 * What came of seeds that were run with `--write`: a line of JSON for each, appended when it has ended. So the table can
 * be made in several runs, which takes hours in one. To begin anew after a change of the swarm, remove the file.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../mutations/bundle.js';
import type { Outcome } from './scenario.js';

const path = join(root, 'docs/swarms.jsonl');

interface Line {
  readonly name: string;
  readonly outcome: Outcome;
}

export function keepOutcome(name: string, outcome: Outcome): void {
  appendFileSync(path, `${JSON.stringify({ name, outcome } satisfies Line)}\n`);
}

/** By scenario; of a seed that was run again the last outcome. Throws where nothing was kept. */
export function keptOutcomes(): Map<string, readonly Outcome[]> {
  const bySeed = new Map<string, Map<number, Outcome>>();
  for (const text of readFileSync(path, 'utf8').split('\n').filter(Boolean)) {
    // We wrote it ourselves, and it is only looked at by people.
    const { name, outcome } = JSON.parse(text) as Line;
    bySeed.set(name, (bySeed.get(name) ?? new Map()).set(outcome.seed, outcome));
  }
  return new Map([...bySeed].map(([name, outcomes]) => [name, [...outcomes.values()]]));
}
