/** One seed of one swarm, as a worker runs it; and many, on several cores. */
import { Worker } from 'node:worker_threads';
import { type Outcome, runSwarm } from './scenario.js';
import { scenarioOf } from './scenarios.js';

export interface SwarmJob {
  readonly name: string;
  readonly seed: number;
}

export interface SwarmFailure extends SwarmJob {
  readonly message: string;
}

export type SwarmResult = { readonly name: string; readonly outcome: Outcome } | SwarmFailure;

export function runJob({ name, seed }: SwarmJob): SwarmResult {
  try {
    return { name, outcome: runSwarm(scenarioOf(name).scenario, seed) };
  } catch (error) {
    return { name, seed, message: error instanceof Error ? error.message : String(error) };
  }
}

/** Each worker takes the next one, until none is left. */
export async function runJobs(jobs: readonly SwarmJob[], workers: number, told: (result: SwarmResult) => void) {
  const waiting = [...jobs];
  const run = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./swarms/swarm-worker.js', import.meta.url));
      const give = () => worker.postMessage(waiting.shift());
      worker.on('message', (result: SwarmResult) => {
        told(result);
        give();
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve());
      give();
    });
  await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, run));
}
