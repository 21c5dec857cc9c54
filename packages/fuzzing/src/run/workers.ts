/**
 * The executions of all targets on several cores: each worker gets its share of each. One that gets stuck is ended, and
 * the execution it was at is a find.
 */
import { Worker } from 'node:worker_threads';
import type { RangeResult } from './range.js';
import type { Share, WorkerPlan } from './worker.js';

/** Longer than any execution, and than what is done between two, on the busiest machine. */
const STUCK_MS = 60_000;
const LOOK_EVERY_MS = 1_000;

export interface Plan {
  readonly program: URL;
  readonly seed: number;
  readonly workers: number;
  /** For all workers together. */
  readonly shares: readonly Share[];
  readonly done: (result: RangeResult) => void;
}

export async function runOnWorkers(plan: Plan): Promise<void> {
  await Promise.all(Array.from({ length: plan.workers }, (_, index) => runOnOne(plan, index)));
}

function shareOf({ from, to, ...share }: Share, workers: number, index: number): Share {
  const bound = (number: number) => from + Math.floor(((to - from) * number) / workers);
  return { ...share, from: bound(index), to: bound(index + 1) };
}

function runOnOne({ program, seed, workers, shares, done }: Plan, index: number): Promise<void> {
  const progress = new Float64Array(new SharedArrayBuffer(2 * Float64Array.BYTES_PER_ELEMENT));
  const own = shares.map((share) => shareOf(share, workers, index));
  const workerData: WorkerPlan = { program: program.href, seed, shares: own, progress };
  // The program itself only tells what targets there are.
  const start =
    "const { workerData } = require('node:worker_threads'); import(workerData.program).then(({ run }) => run());";
  return new Promise((resolve, reject) => {
    const worker = new Worker(start, { eval: true, workerData });
    const watch = watchFor(progress, () => {
      const share = own[progress[0] ?? 0] as Share;
      const execution = progress[1] ?? 0;
      const find = { target: share.target, execution, fault: 'never ends', input: new Uint8Array(0) };
      const nothing = { accepted: 0, seconds: 0, slowestMs: STUCK_MS, growthBytes: 0 };
      done({ target: share.target, executions: execution - share.from, ...nothing, finds: [find] });
      void worker.terminate();
    });
    worker.on('message', done);
    worker.on('error', reject);
    worker.on('exit', () => {
      clearInterval(watch);
      resolve();
    });
  });
}

/** Calls `stuck` when nothing has moved for a long while. */
function watchFor(progress: Float64Array, stuck: () => void): NodeJS.Timeout {
  let [lastShare, lastExecution, movedAt] = [-1, -1, performance.now()];
  return setInterval(() => {
    const [share = 0, execution = 0] = progress;
    if (share !== lastShare || execution !== lastExecution) movedAt = performance.now();
    else if (performance.now() - movedAt > STUCK_MS) stuck();
    [lastShare, lastExecution] = [share, execution];
  }, LOOK_EVERY_MS);
}
