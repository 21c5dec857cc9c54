/** One execution: did it keep its promises, and how long did it take? */
import { readFileSync } from 'node:fs';
import type { Target } from '../target.js';

/** No input may take longer. */
export const MAX_EXECUTION_MS = 100;
/** What seems to have taken longer is run again, up to so often: on a busy machine everything does now and then. */
const REPEATS = 5;

export interface Executed {
  /** The promise that was broken; undefined where none was. */
  readonly fault: string | undefined;
  readonly isAccepted: boolean;
  readonly ms: number;
}

/** Errors that nobody caught: they belong to the input that is running. */
const uncaught: unknown[] = [];

/** From now on nothing that is thrown somewhere ends this thread, and every execution is blamed for its own. */
export function catchEverything(): void {
  process.on('uncaughtException', (error) => uncaught.push(error));
  process.on('unhandledRejection', (error) => uncaught.push(error));
}

/** Runs `input` once. Never rejects. A promise is given only by targets that need one: awaiting costs more than many inputs. */
export function execute(target: Target, input: Uint8Array): Executed | Promise<Executed> {
  const startedAt = performance.now();
  try {
    const running = target.run(input);
    if (typeof running === 'boolean') return executed(startedAt, running);
    return running.then(
      (isAccepted) => executed(startedAt, isAccepted),
      (error: unknown) => executed(startedAt, true, error),
    );
  } catch (error) {
    return executed(startedAt, true, error);
  }
}

function executed(startedAt: number, isAccepted: boolean, ...errors: unknown[]): Executed {
  const ms = performance.now() - startedAt;
  const [error] = [...errors, ...uncaught.splice(0)];
  if (errors.length === 0 && error === undefined) return { fault: undefined, isAccepted, ms };
  return { fault: describe(error), isAccepted, ms };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : `threw ${String(error)}`;
}

/** The least time that `input` takes, of a few runs: what a busy machine adds is not the input's. */
export async function leastMs(target: Target, input: Uint8Array, first: number): Promise<number> {
  let least = first;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const cpuBefore = threadCpuMs();
    const { ms } = await execute(target, input);
    const cpuMs = threadCpuMs() - cpuBefore;
    least = Math.min(least, ms, Number.isNaN(cpuMs) ? ms : cpuMs);
  }
  return least;
}

/** What this thread has had of a processor, as Linux counts it; elsewhere not a number. */
function threadCpuMs(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return Number.NaN;
  }
}
