/** Makes a find smaller, as long as it stays the same find: what is kept should show what matters. */
import type { Target } from '../target.js';
import { execute } from './execution.js';

const MAX_TRIES = 2_000;

/** What two finds have in common where they are the same: the promise, without the place and the figures. */
export function kindOf(fault: string): string {
  return (fault.split('\n', 1)[0] ?? '').replaceAll(/\d+/g, 'n').slice(0, 120);
}

export async function shrink(target: Target, input: Uint8Array, fault: string): Promise<Uint8Array> {
  const kind = kindOf(fault);
  let smallest = input;
  let tries = 0;
  for (let size = input.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < smallest.length && tries < MAX_TRIES; ) {
      const candidate = new Uint8Array([...smallest.subarray(0, at), ...smallest.subarray(at + size)]);
      tries += 1;
      const { fault: same } = await execute(target, candidate);
      if (same !== undefined && kindOf(same) === kind) smallest = candidate;
      else at += size;
    }
  }
  return smallest;
}
