import { describe, expect, it } from 'vitest';
import { Rate } from '../../src/index.js';

describe('the rate of what comes in', () => {
  it('comes to the true rate, and falls to nothing when nothing comes', () => {
    let nowMs = 0;
    const rate = new Rate(nowMs);
    expect(rate.read(nowMs)).toBe(0);
    for (let second = 0; second < 30; second++) {
      nowMs += 1_000;
      rate.add(5_000);
      rate.read(nowMs);
    }
    expect(rate.read(nowMs)).toBeGreaterThan(4_990);
    expect(rate.read(nowMs)).toBeLessThanOrEqual(5_000);
    nowMs += 60_000;
    expect(rate.read(nowMs)).toBe(0);
  });
});
