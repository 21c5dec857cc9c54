/** How long to wait before dialling again. */
import { FIRST_RETRY_DELAY_MS, MAX_RETRY_DELAY_MS } from '@p2p/protocol';

/**
 * Exponential backoff with "equal jitter": at least half of the step, so that nobody hammers, and the rest by chance,
 * so that those who lost the same tracker don't come back in the same moment.
 * See https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 *
 * @param attempt failures so far, from 0
 * @param random a number from 0 up to, but not including, 1
 * @returns milliseconds, from FIRST_RETRY_DELAY_MS / 2 to MAX_RETRY_DELAY_MS
 */
export function retryDelayMs(attempt: number, random: number): number {
  const step = Math.min(FIRST_RETRY_DELAY_MS * 2 ** attempt, MAX_RETRY_DELAY_MS);
  return Math.round(step / 2 + (step / 2) * random);
}
