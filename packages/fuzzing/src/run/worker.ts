/** What a worker does: its share of every target's executions, one target after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Target } from '../target.js';
import { catchEverything } from './execution.js';
import { runRange } from './range.js';

export interface Share {
  readonly target: string;
  readonly from: number;
  readonly to: number;
  /** Seconds after which the target is left in any case. */
  readonly seconds: number;
  readonly kept: readonly Uint8Array[];
}

export interface WorkerPlan {
  readonly program: string;
  readonly seed: number;
  readonly shares: readonly Share[];
  /** Which share, and which execution, this worker is at: two numbers. */
  readonly progress: Float64Array;
}

/** Runs the plan that this thread was started with. */
export async function work(targets: readonly Target[]): Promise<void> {
  const { seed, shares, progress } = workerData as WorkerPlan;
  catchEverything();
  for (const [index, { target: name, from, to, seconds, kept }] of shares.entries()) {
    const target = targets.find((one) => one.name === name);
    if (target === undefined) throw new Error(`there is no target ${name}`);
    progress[0] = index;
    const begun = (execution: number) => {
      progress[1] = execution;
    };
    const untilMs = performance.now() + seconds * 1_000;
    parentPort?.postMessage(await runRange({ target, kept, seed }, { from, to, untilMs, begun }));
  }
}
