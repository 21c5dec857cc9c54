import type { FileId } from '@p2p/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PacedCredit } from '../src/sharing/paced-credit.js';
import { RateLimits } from '../src/sharing/rate-limits.js';

const KIB = 1024;
const file = 'f.1' as FileId;
const other = 'f.2' as FileId;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function channel(limits: RateLimits) {
  const passed: [received: number, credit: number][] = [];
  const paced = new PacedCredit<{ received: number; credit: number }>({
    limiter: () => limits.ofFile('down', file),
    pass: ({ received, credit }) => passed.push([received, credit]),
  });
  const credit = {
    set: (received: number, upTo: number) => paced.set({ received, credit: upTo }),
    close: () => paced.close(),
  };
  return { credit, passed, last: () => passed.at(-1) };
}

const noLimits = () => new RateLimits({ up: 0, down: 0 }, () => performance.now());

describe('the limit of a file', () => {
  it('holds nothing back where there is none', () => {
    const { credit, passed } = channel(noLimits());
    credit.set(0, 1_000_000);
    credit.set(500_000, 1_500_000);
    expect(passed).toEqual([
      [0, 1_000_000],
      [500_000, 1_500_000],
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('passes credit on at its rate, and what has come at once', () => {
    const limits = noLimits();
    limits.setFile(file, 'down', 64 * KIB);
    const { credit, last } = channel(limits);
    credit.set(0, 1_024 * KIB);
    expect(last()).toEqual([0, 16 * KIB]);
    credit.set(10 * KIB, 1_034 * KIB);
    expect(last()).toEqual([10 * KIB, 16 * KIB]);
    vi.advanceTimersByTime(10_000);
    const [received, passed = 0] = last() ?? [];
    expect(received).toBe(10 * KIB);
    expect(passed).toBeGreaterThan(630 * KIB);
    expect(passed).toBeLessThanOrEqual(660 * KIB);
    vi.advanceTimersByTime(10_000);
    expect(last()).toEqual([10 * KIB, 1_034 * KIB]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is one for all channels of the file, and none for other files', () => {
    const limits = noLimits();
    limits.setFile(file, 'down', 64 * KIB);
    limits.setFile(other, 'down', 1);
    const channels = [channel(limits), channel(limits), channel(limits)];
    for (const { credit } of channels) credit.set(0, 1_024 * KIB);
    vi.advanceTimersByTime(10_000);
    const passed = channels.map(({ last }) => last()?.[1] ?? 0);
    const sum = passed.reduce((all, one) => all + one);
    expect(sum).toBeGreaterThan(600 * KIB);
    expect(sum).toBeLessThanOrEqual(680 * KIB);
    expect(Math.min(...passed)).toBeGreaterThan(150 * KIB);
  });

  it('lets go at once where it is raised or taken back, and binds at once where it is set', () => {
    const limits = noLimits();
    limits.setFile(file, 'down', 1);
    const { credit, last } = channel(limits);
    credit.set(0, 100 * KIB);
    expect(last()).toEqual([0, 16 * KIB]);
    limits.setFile(file, 'down', 160 * KIB);
    vi.advanceTimersByTime(200);
    expect(last()?.[1]).toBeGreaterThanOrEqual(36 * KIB);
    limits.setFile(file, 'down', 0);
    expect(last()).toEqual([0, 100 * KIB]);
    expect(limits.rowOf(file)).toEqual({ up: 0, down: 0 });
    limits.setFile(file, 'down', 1);
    credit.set(0, 1_024 * KIB);
    expect(last()).toEqual([0, 116 * KIB]);
  });

  it('passes nothing on once the channel is closed', () => {
    const limits = noLimits();
    limits.setFile(file, 'down', 1);
    const { credit, passed } = channel(limits);
    credit.set(0, 100 * KIB);
    credit.close();
    limits.setFile(file, 'down', 0);
    vi.advanceTimersByTime(1_000_000);
    expect(passed).toEqual([[0, 16 * KIB]]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is set in each direction by itself', () => {
    const limits = noLimits();
    limits.setFile(file, 'up', 7);
    limits.setFile(file, 'down', 9);
    limits.setFile(file, 'up', 8);
    expect([limits.rowOf(file), limits.rowOf(other), limits.row()]).toEqual([
      { up: 8, down: 9 },
      { up: 0, down: 0 },
      { up: 0, down: 0 },
    ]);
    expect(limits.ofFile('up', file)?.bytesPerSecond).toBe(8);
  });
});
