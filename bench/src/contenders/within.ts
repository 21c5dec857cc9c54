/** How long everybody in a round is waited for. */
import { setTimeout as delay } from 'node:timers/promises';

export class TooLateError extends Error {
  constructor(patienceMs: number) {
    super(`not all had the file after ${Math.round(patienceMs / 1_000)} s`);
  }
}

/** Rejects with a {@link TooLateError} where it takes unreasonably long. */
export async function within<R>(promise: Promise<R>, patienceMs: number): Promise<R> {
  const giveUp = new AbortController();
  const late = delay(patienceMs, undefined, { signal: giveUp.signal }).then(() => {
    throw new TooLateError(patienceMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    late.catch(() => undefined);
    giveUp.abort();
  }
}
