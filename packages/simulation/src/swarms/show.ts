/** `pnpm simulate swarms`: runs the swarms, tells how each ends, and writes the table and the plot where asked to. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../mutations/bundle.js';
import { keepOutcome, keptOutcomes } from './kept-results.js';
import { plotOf } from './plot.js';
import type { Outcome } from './scenario.js';
import { type NamedScenario, scenarioOf, scenarios, tiny } from './scenarios.js';
import { type SwarmSummary, shortfallOf, summaryOf, tableOf } from './summary.js';
import { runJobs, type SwarmFailure, type SwarmJob, type SwarmResult } from './swarm-run.js';

const BEGIN = '<!-- swarms: written by pnpm simulate swarms --write -->';
const END = '<!-- end of swarms -->';

export interface ShowSwarmsOptions {
  /** Only this one. */
  readonly scenario: string | undefined;
  readonly first: number;
  readonly seeds: number;
  readonly workers: number;
  readonly isTiny: boolean;
  /** Only swarms of at most so many peers. */
  readonly most: number;
  /** Whether what comes of them is kept, and the table and the plot are made anew of all that is. */
  readonly write: boolean;
}

/** Exit code: 1 where a promise was broken, or more was wanted. */
export async function showSwarms(options: ShowSwarmsOptions): Promise<number> {
  const all = options.isTiny ? tiny : scenarios;
  const chosen =
    options.scenario === undefined
      ? all.filter(({ scenario }) => scenario.peers <= options.most)
      : [scenarioOf(options.scenario)];
  const outcomes = new Map<string, Outcome[]>(chosen.map(({ name }) => [name, []]));
  const failures: SwarmFailure[] = [];
  await runJobs(jobsOf(chosen, options), options.workers, (result) => {
    tell(result);
    if ('message' in result) failures.push(result);
    else {
      outcomes.get(result.name)?.push(result.outcome);
      if (options.write) keepOutcome(result.name, result.outcome);
    }
  });
  const summaries = summariesOf(options.write ? keptOutcomes() : outcomes);
  process.stdout.write(`\n${tableOf(summaries).join('\n')}\n\n`);
  const shortfalls = summaries.flatMap((summary) => shortfallOf(summary, summaries) ?? []);
  for (const shortfall of shortfalls) process.stdout.write(`${shortfall}\n`);
  if (options.write && failures.length === 0) await writeResults(summaries);
  process.stdout.write(`violations  ${failures.length}\n`);
  return failures.length + shortfalls.length === 0 ? 0 : 1;
}

function summariesOf(outcomes: ReadonlyMap<string, readonly Outcome[]>): SwarmSummary[] {
  const all = [...scenarios, ...tiny].filter(({ name }) => outcomes.get(name)?.length);
  return all.map((named) => summaryOf(named, outcomes.get(named.name) ?? []));
}

function jobsOf(chosen: readonly NamedScenario[], { first, seeds }: ShowSwarmsOptions): SwarmJob[] {
  // The largest first, so that not one worker alone is left with it in the end.
  const bySize = [...chosen].sort((a, b) => b.scenario.peers - a.scenario.peers);
  return bySize.flatMap(({ name, maxSeeds = seeds }) =>
    Array.from({ length: Math.min(seeds, maxSeeds) }, (_, index) => ({ name, seed: first + index })),
  );
}

function tell(result: SwarmResult): void {
  const again = (seed: number) => `pnpm simulate swarms --scenario ${result.name} --seed ${seed} --seeds 1`;
  if ('message' in result) {
    process.stdout.write(`${result.name}, seed ${result.seed}: ${result.message}\nagain: ${again(result.seed)}\n`);
    return;
  }
  const { seed, lastMs, boundMs } = result.outcome;
  const ratio = (lastMs / boundMs).toFixed(3);
  process.stdout.write(
    `${result.name.padEnd(24)}${ratio} × ${(boundMs / 1_000).toFixed(1)} s    again: ${again(seed)}\n`,
  );
}

async function writeResults(summaries: readonly SwarmSummary[]): Promise<void> {
  const path = join(root, 'docs/SWARM.md');
  const page = await readFile(path, 'utf8');
  const [before, after] = [page.split(BEGIN)[0], page.split(END)[1]];
  if (before === undefined || after === undefined) throw new Error('docs/SWARM.md has no place for the table');
  await writeFile(path, `${before}${BEGIN}\n${tableOf(summaries).join('\n')}\n${END}${after}`);
  await writeFile(join(root, 'docs/swarm.svg'), plotOf(summaries));
}
