import { FIRST_RETRY_DELAY_MS, MAX_RETRY_DELAY_MS } from '@p2p/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryDelayMs } from '../src/index.js';

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('retryDelayMs', () => {
  it('doubles until it has reached its bound', () => {
    const longest = [0, 1, 2, 3, 4, 5, 6, 7].map((attempt) => retryDelayMs(attempt, 0.999_999));
    expect(longest).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    expect(retryDelayMs(0, 0)).toBe(50);
  });

  it('stays between half its step and the whole, for ever', () => {
    fc.assert(
      fc.property(fc.nat(10_000), chance, (attempt, random) => {
        const delay = retryDelayMs(attempt, random);
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(FIRST_RETRY_DELAY_MS / 2);
        expect(delay).toBeLessThanOrEqual(MAX_RETRY_DELAY_MS);
        expect(delay).toBeGreaterThanOrEqual(retryDelayMs(attempt, 0));
      }),
    );
  });
});
