/**
 * `pnpm simulate swarms [--seeds N] [--seed S] [--scenario NAME] [--most PEERS] [--workers W] [--tiny] [--write]`: swarms
 * instead of clusters, see swarms/show.ts.
 *
 * `pnpm simulate [--seeds N] [--seed S] [--schedule NAME] [--workers W]`: runs N seeds from S on, says what happened in
 * them, and of those that broke a promise how to run them again. `--small-limits` does so with slices, batches and
 * segments so small that even such a small world has many. `--trace` tells every step. `--mutations [--write] [--only NAME]`: see mutations/show.ts.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { withEdits } from './mutations/bundle.js';
import { smallLimits } from './mutations/mutations.js';
import { showMutations } from './mutations/show.js';
import type { SeedRange, Totals } from './seed-run.js';
import { showSwarms } from './swarms/show.js';
import { runOnWorkers } from './workers.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    schedule: { type: 'string' },
    workers: { type: 'string', default: String(availableParallelism()) },
    mutations: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    only: { type: 'string' },
    'small-limits': { type: 'boolean', default: false },
    scenario: { type: 'string' },
    tiny: { type: 'boolean', default: false },
    most: { type: 'string' },
  },
});

/** What is not a whole number above 0 is a mistake of whoever typed it. */
function countOf(name: 'seeds' | 'seed' | 'workers' | 'most', otherwise?: number): number {
  const count = Number(values[name] ?? otherwise);
  if (!Number.isInteger(count) || count < 1) throw new Error(`--${name} wants a whole number above 0`);
  return count;
}

function reportOf({ seeds, simulatedMs, conflicts, counts, faults }: Totals, elapsedMs: number): string {
  const lines: [string, string | number][] = [
    ['seeds', `${seeds} (${Math.round((seeds / elapsedMs) * 1_000)} a second)`],
    ['simulated', `${(simulatedMs / 3_600_000).toFixed(1)} hours`],
    ['operations', counts.operations],
    ['answers', `${counts.answeredTrue} replicated: true, ${counts.answeredFalse} false, ${counts.refused} refusals`],
    ['crashes', `${faults.crashes}, ${faults.hangs} hangs`],
    ['disks', `${faults.lostDisks} lost, ${faults.fullDisks} full, ${faults.restoredDisks} restored`],
    ['network', `${faults.partitions} partitions, ${faults.brokenLinks} broken links, ${counts.linkRefusals} refusals`],
    ['clocks', `${faults.clockSteps} steps`],
    ['rejoined', `${counts.rejoins} times; ${faults.retirements} retirements`],
    ['conflicts', `${conflicts} renamed`],
  ];
  return lines.map(([name, value]) => `${name.padEnd(12)}${value}\n`).join('');
}

async function simulate(): Promise<number> {
  const startedAt = performance.now();
  const { schedule, trace } = values;
  const range: SeedRange = { first: countOf('seed'), count: countOf('seeds', 1_000), schedule, trace };
  const workers = Math.min(countOf('workers'), range.count);
  const run = (program: URL) => runOnWorkers(program, range, workers);
  const isSmall = values['small-limits'];
  const { totals, failures } = await withEdits(isSmall ? smallLimits : [], run);
  process.stdout.write(reportOf(totals, performance.now() - startedAt));
  for (const { seed, schedule, message } of failures) {
    const chosen = `${values.schedule === undefined ? '' : ` --schedule ${values.schedule}`}${isSmall ? ' --small-limits' : ''}`;
    process.stdout.write(`\nseed ${seed}${schedule === undefined ? '' : ` (${schedule})`}: ${message}\n`);
    process.stdout.write(`again: pnpm simulate --seed ${seed} --seeds 1${chosen}\n`);
  }
  process.stdout.write(`violations  ${failures.length}\n`);
  return failures.length === 0 ? 0 : 1;
}

function swarms(): Promise<number> {
  const { scenario, tiny: isTiny, write } = values;
  const seeds = countOf('seeds', isTiny ? 2 : 20);
  const most = countOf('most', Number.MAX_SAFE_INTEGER);
  return showSwarms({ scenario, first: countOf('seed'), seeds, workers: countOf('workers'), isTiny, most, write });
}

async function run(): Promise<number> {
  if (positionals[0] === 'swarms' && positionals.length === 1) return swarms();
  if (positionals.length > 0) throw new Error(`simulate knows swarms, and not ${positionals.join(' ')}`);
  return values.mutations ? showMutations({ write: values.write, only: values.only }) : simulate();
}

process.exitCode = await run();
