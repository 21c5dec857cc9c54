/**
 * Looks for inputs that lead to places in the code where none has led: what is kept of them is the ground from which later
 * runs begin. A look at the coverage takes longer than many inputs, so that they are tried in batches.
 */
import type { Program } from '../program.js';
import { Coverage } from './coverage.js';
import type { Origin } from './input.js';

/** Where everybody comes is not worth keeping anything for. */
const COMMON_INPUTS = 500;
const BATCH_INPUTS = 40;
const MAX_GROWN = 25;
/** Longer ones are slow to read, and say little. */
const MAX_GROWN_BYTES = 4_096;

export async function grow({ execute, inputOf }: Program, origin: Origin, seconds: number): Promise<Uint8Array[]> {
  const { target } = origin;
  const run = async (inputs: readonly Uint8Array[]) => {
    for (const input of inputs) await execute(target, input);
  };
  const batch = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => inputOf(origin, first + index)).filter(
      ({ length }) => length <= MAX_GROWN_BYTES,
    );
  const coverage = await Coverage.start();
  const grown: Uint8Array[] = [];
  try {
    await run([...origin.kept, ...batch(0, COMMON_INPUTS)]);
    await coverage.hasGrown();
    const endMs = performance.now() + 1_000 * seconds;
    for (let next = COMMON_INPUTS; performance.now() < endMs && grown.length < MAX_GROWN; next += BATCH_INPUTS) {
      const inputs = batch(next, BATCH_INPUTS);
      await run(inputs);
      if (!(await coverage.mayGrow())) continue;
      for (const input of inputs) {
        await run([input]);
        if (await coverage.hasGrown()) grown.push(input);
      }
    }
  } finally {
    await coverage.stop();
  }
  return grown;
}
