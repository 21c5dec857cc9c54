/** `pnpm bench [name …] [--tiny]`: runs these benchmarks, or all of them, one after the other, and keeps the figures. */
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

const benchmarks: Readonly<Record<string, Benchmark>> = {
  commits,
  'fail-over': failOver,
  start,
  'catch-up': catchUp,
  pauses,
  revocation,
  hostile,
};

const words = process.argv.slice(2).filter((word) => word !== '--');
const tiny = words.includes('--tiny');
const named = words.filter((word) => word !== '--tiny');
const unknown = named.find((name) => !(name in benchmarks));

if (unknown !== undefined) {
  const known = Object.entries(benchmarks).map(([name, { about }]) => `  ${name.padEnd(12)} ${about}\n`);
  process.stderr.write(`there is no benchmark "${unknown}"; there are\n${known.join('')}`);
  process.exit(2);
}

for (const [name, benchmark] of Object.entries(benchmarks)) {
  if (named.length > 0 && !named.includes(name)) continue;
  process.stdout.write(`${name}: ${benchmark.about}\n`);
  const figures = await benchmark.run({ tiny, say: (line) => void process.stderr.write(`  … ${line}\n`) });
  assertCounted(figures);
  const command = `pnpm bench ${name}${tiny ? ' --tiny' : ''}`;
  const path = saveRun({ benchmark: name, tiny, command, figures }, new Date());
  process.stdout.write(`${tableOf(figures)}  kept in ${path}\n\n`);
}
process.exit(0);
