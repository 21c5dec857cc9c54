/** How much memory is held once all garbage is gone. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects garbage until there is none. What was just let go is let go only in a later turn of the loop. */
export async function collectGarbage(): Promise<void> {
  for (let times = 0; times < 2; times++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
}

/** Bytes that this thread holds, those of byte strings included. */
export async function heldBytes(): Promise<number> {
  await collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
