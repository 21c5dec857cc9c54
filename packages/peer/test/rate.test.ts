import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { atTurn } from '../src/sharing/at-turn.js';
import { RateLimiter } from '../src/sharing/rate-limiter.js';

describe('the rate limiter', () => {
  it('lets everything through where there is no limit', () => {
    const limiter = new RateLimiter(0, () => 0);
    expect(limiter.take(1e9)).toBe(0);
    expect(limiter.runBytes(16, 1_024)).toBe(1_024);
  });

  it('grants no more than the limit over any stretch of time, and close to it', () => {
    const limit = 100_000;
    const taking = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 50_000 }), thinkMs: fc.nat(50) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(taking, (takes) => {
        let now = 0;
        let granted = 0;
        let thinking = 0;
        const limiter = new RateLimiter(limit, () => now);
        for (const { bytes, thinkMs } of takes) {
          now += limiter.take(bytes);
          expect(granted).toBeLessThanOrEqual((limit / 1_000) * (now + 100) + 1e-6);
          granted += bytes;
          now += thinkMs;
          thinking += thinkMs;
        }
        expect(now - thinking).toBeLessThanOrEqual((granted / limit) * 1_000);
      }),
    );
  });

  it('cuts runs to an eighth of a second, within bounds', () => {
    expect(new RateLimiter(80_000, () => 0).runBytes(1_000, 50_000)).toBe(10_000);
    expect(new RateLimiter(80, () => 0).runBytes(1_000, 50_000)).toBe(1_000);
    expect(new RateLimiter(8e9, () => 0).runBytes(1_000, 50_000)).toBe(50_000);
  });
});

describe('a rate that changes', () => {
  it('is kept to over any stretch of time, whatever it was before', () => {
    const steps = fc.array(
      fc.record({ bytes: fc.integer({ min: 1, max: 50_000 }), rate: fc.integer({ min: 1_000, max: 1_000_000 }) }),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(steps, (taken) => {
        let now = 0;
        const limiter = new RateLimiter(100_000, () => now);
        let allowed = 10_000;
        let granted = 0;
        for (const { bytes, rate } of taken) {
          const waitMs = limiter.take(bytes);
          allowed += (limiter.bytesPerSecond * waitMs) / 1_000;
          now += waitMs;
          expect(granted).toBeLessThanOrEqual(allowed + 1e-6);
          granted += bytes;
          limiter.setRate(rate);
        }
      }),
    );
  });

  it('does not give back what was used at the former one', () => {
    const limiter = new RateLimiter(1_000, () => 0);
    expect([limiter.take(100), limiter.take(1_000), limiter.waitMs()]).toEqual([0, 0, 1_000]);
    limiter.setRate(10_000);
    expect(limiter.waitMs()).toBe(100);
    limiter.setRate(0);
    expect(limiter.waitMs()).toBe(0);
    limiter.setRate(1_000);
    expect([limiter.take(500), limiter.waitMs()]).toEqual([0, 500]);
  });

  it('saves up nothing while it rests', () => {
    let now = 0;
    const limiter = new RateLimiter(1_000, () => now);
    now = 3_600_000;
    expect([limiter.take(5_000), limiter.waitMs()]).toEqual([0, 4_900]);
  });
});

describe('whoever waits for a turn', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const limited = (bytesPerSecond: number) => new RateLimiter(bytesPerSecond, () => performance.now());

  it('begins at once where nobody is ahead, and each after the bytes before it', () => {
    const limiter = limited(1_000);
    const begun: string[] = [];
    for (const name of ['a', 'b', 'c']) atTurn(limiter, 1_100, () => begun.push(name));
    expect(begun).toEqual(['a']);
    vi.advanceTimersByTime(999);
    expect(begun).toEqual(['a']);
    vi.advanceTimersByTime(1);
    expect(begun).toEqual(['a', 'b']);
    vi.advanceTimersByTime(1_100);
    expect(begun).toEqual(['a', 'b', 'c']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sits out no wait of a lower rate that holds no longer', () => {
    const limiter = limited(1);
    const begun: string[] = [];
    for (const name of ['a', 'b', 'c']) atTurn(limiter, 1_000, () => begun.push(name));
    vi.advanceTimersByTime(1_000);
    limiter.setRate(1_000);
    vi.advanceTimersByTime(1_000);
    expect(begun).toEqual(['a', 'b']);
    limiter.setRate(0);
    expect(begun).toEqual(['a', 'b', 'c']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('goes by a lower rate too', () => {
    const limiter = limited(1_000);
    const begun: string[] = [];
    atTurn(limiter, 1_100, () => begun.push('a'));
    atTurn(limiter, 1_100, () => begun.push('b'));
    vi.advanceTimersByTime(500);
    limiter.setRate(100);
    vi.advanceTimersByTime(4_999);
    expect(begun).toEqual(['a']);
    vi.advanceTimersByTime(1);
    expect(begun).toEqual(['a', 'b']);
  });

  it('waits longer than a timer can, and can be called off', () => {
    const limiter = limited(1);
    let begun = false;
    atTurn(limiter, 2 ** 40, () => undefined);
    const callOff = atTurn(limiter, 1, () => {
      begun = true;
    });
    vi.advanceTimersByTime(2 ** 32);
    expect([begun, vi.getTimerCount()]).toEqual([false, 1]);
    callOff();
    limiter.setRate(0);
    expect([begun, vi.getTimerCount()]).toEqual([false, 0]);
  });
});
