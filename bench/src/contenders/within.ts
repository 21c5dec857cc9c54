/** How long everybody in a round is waited for. */
import { setTimeout as delay } from 'node:timers/promises';

/** Rejects where it takes unreasonably long. */
export async function within<R>(promise: Promise<R>, patienceMs: number): Promise<R> {
  const giveUp = new AbortController();
  const late = delay(patienceMs, undefined, { signal: giveUp.signal }).then(() => {
    throw new Error(`not all had the file after ${Math.round(patienceMs / 1_000)} s`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    late.catch(() => undefined);
    giveUp.abort();
  }
}
