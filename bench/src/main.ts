/**
 * `pnpm bench [name …] [--tiny] [--rivals] [--large] [--size MIB] [--rounds N] [--only CASE]`: runs these benchmarks, or
 * all, one after the other, and keeps the figures.
 */
import { parseArgs } from 'node:util';
import type { Benchmark, BenchmarkOptions } from './benchmark.js';
import { catchUp } from './catch-up/catch-up.js';
import { commits } from './commits/commits.js';
import { download } from './download/download.js';
import { failOver } from './fail-over/fail-over.js';
import { hostile } from './hostile/hostile.js';
import { pauses } from './pauses/pauses.js';
import { assertCounted, tableOf } from './report/figures.js';
import { saveRun } from './report/save.js';
import { revocation } from './revocation/revocation.js';
import { start } from './start/start.js';
import { swarm } from './swarm/swarm.js';

const benchmarks: Readonly<Record<string, Benchmark>> = {
  commits,
  'fail-over': failOver,
  start,
  'catch-up': catchUp,
  pauses,
  revocation,
  hostile,
  swarm,
  download,
};

const words = process.argv.slice(2).filter((word) => word !== '--');
const { named, options } = readWords();
const unknown = named.find((name) => !(name in benchmarks));

if (unknown !== undefined) {
  const known = Object.entries(benchmarks).map(([name, { about }]) => `  ${name.padEnd(12)} ${about}\n`);
  process.stderr.write(`there is no benchmark "${unknown}"; there are\n${known.join('')}`);
  process.exit(2);
}

const skipped: string[] = [];
for (const [name, benchmark] of Object.entries(benchmarks)) {
  if (named.length > 0 && !named.includes(name)) continue;
  process.stdout.write(`${name}: ${benchmark.about}\n`);
  const lacking = benchmark.lacks?.();
  if (lacking !== undefined) {
    skipped.push(`skipped: ${name} needs ${lacking}\n`);
    continue;
  }
  const say = (line: string) => void process.stderr.write(`  … ${line}\n`);
  const figures = await benchmark.run({ ...options, say });
  assertCounted(figures);
  const command = ['pnpm bench', name, ...words.filter((word) => !named.includes(word))].join(' ');
  const path = saveRun({ benchmark: name, tiny: options.tiny, only: options.only, command, figures }, new Date());
  process.stdout.write(`${tableOf(figures)}  kept in ${path}\n\n`);
}
process.stdout.write(skipped.join(''));
// Who asked for one by its name, and CI, want to have it.
process.exit(skipped.length > 0 && (named.length > 0 || process.env.CI) ? 1 : 0);

function readWords(): { readonly named: readonly string[]; readonly options: Omit<BenchmarkOptions, 'say'> } {
  const flag = { type: 'boolean', default: false } as const;
  const value = { type: 'string' } as const;
  try {
    const { positionals, values } = parseArgs({
      args: words,
      allowPositionals: true,
      options: { tiny: flag, rivals: flag, large: flag, size: value, rounds: value, only: value },
    });
    const { tiny, rivals, large, size, rounds, only } = values;
    const sizes = { sizeMib: countOf('size', size), rounds: countOf('rounds', rounds) };
    return { named: positionals, options: { tiny, rivals, large, ...sizes, only } };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}

function countOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d*$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new RangeError(`--${name} takes a whole number, not "${text}"`);
}
