import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateMeter } from '../src/fetching/rate-meter.js';
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

describe('the rate meter', () => {
  it('comes to the true rate, and falls to nothing when nothing comes', () => {
    let now = 0;
    const meter = new RateMeter(() => now);
    expect(meter.read()).toBe(0);
    for (let second = 0; second < 30; second++) {
      now += 1_000;
      meter.add(5_000);
      meter.read();
    }
    expect(meter.read()).toBeGreaterThan(4_990);
    expect(meter.read()).toBeLessThanOrEqual(5_000);
    now += 60_000;
    expect(meter.read()).toBe(0);
  });
});
