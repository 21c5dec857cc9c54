/** Waits for a turn at a rate limiter. Nobody sits out a wait that was reckoned from a rate that holds no longer. */
import type { RateLimiter } from './rate-limiter.js';

/** Node's timers hold 2^31 - 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls `begin` when these bytes may be used, before it returns where they may at once. The result calls it off. */
export function atTurn(limiter: RateLimiter, bytes: number, begin: () => void): () => void {
  const turn = limiter.reserve(bytes);
  let timer: NodeJS.Timeout | undefined;
  const callOff = (): void => {
    clearTimeout(timer);
    stopListening();
  };
  const look = (): void => {
    clearTimeout(timer);
    const waitMs = turn.waitMs();
    if (waitMs > 0) {
      // A program that has nothing else to do may end.
      timer = setTimeout(look, Math.min(waitMs, LONGEST_TIMER_MS)).unref();
      return;
    }
    stopListening();
    begin();
  };
  const stopListening = limiter.onChange(look);
  look();
  return callOff;
}
