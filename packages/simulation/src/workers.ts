/** Seeds on several cores: each worker takes the next few, until none is left or one has failed. */
import { Worker } from 'node:worker_threads';
import { addTo, noTotals, type RunSeeds, type SeedRange } from './seed-run.js';

/** Few enough that all workers end at about the same time. */
const SEEDS_AT_A_TIME = 20;

/** Runs a range of seeds; ends soon after the first failure. `program` runs the ranges that are posted to it. */
export async function runOnWorkers(program: URL, range: SeedRange, workers: number): Promise<RunSeeds> {
  const totals = noTotals();
  const failures: RunSeeds['failures'][number][] = [];
  const end = range.first + range.count;
  let next = range.first;
  const give = (worker: Worker) => {
    if (next >= end || failures.length > 0) return worker.postMessage(undefined);
    const count = Math.min(SEEDS_AT_A_TIME, end - next);
    worker.postMessage({ ...range, first: next, count } satisfies SeedRange);
    next += count;
  };
  const take = (worker: Worker, { totals: more, failures: found }: RunSeeds) => {
    addTo(totals, more);
    failures.push(...found);
    give(worker);
  };
  const run = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(program);
      worker.on('message', (result: RunSeeds) => take(worker, result));
      worker.on('error', reject);
      worker.on('exit', () => resolve());
      give(worker);
    });
  await Promise.all(Array.from({ length: workers }, run));
  return { totals, failures: failures.sort((a, b) => a.seed - b.seed) };
}
