/** `pnpm bench [name …] [--tiny] [--rivals]`: runs these benchmarks, or all, one after the other, and keeps the figures. */
import type { Benchmark } from './benchmark.js';
import { catchUp } from './catch-up/catch-up.js';
import { commits } from './commits/commits.js';
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
};

const words = process.argv.slice(2).filter((word) => word !== '--');
const flags = words.filter((word) => word.startsWith('--'));
const named = words.filter((word) => !word.startsWith('--'));
const [tiny, rivals] = [flags.includes('--tiny'), flags.includes('--rivals')];
const unknown = named.find((name) => !(name in benchmarks)) ?? flags.find((flag) => !/^--(tiny|rivals)$/.test(flag));

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
  const figures = await benchmark.run({ tiny, rivals, say });
  assertCounted(figures);
  const command = ['pnpm bench', name, ...flags].join(' ');
  const path = saveRun({ benchmark: name, tiny, command, figures }, new Date());
  process.stdout.write(`${tableOf(figures)}  kept in ${path}\n\n`);
}
process.stdout.write(skipped.join(''));
// Who asked for one by its name, and CI, want to have it.
process.exit(skipped.length > 0 && (named.length > 0 || process.env.CI) ? 1 : 0);
