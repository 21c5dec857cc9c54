import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SilenceWatch } from '../src/silence-watch.js';

describe('SilenceWatch', () => {
  const onSilence = vi.fn();
  let watch: SilenceWatch;

  beforeEach(() => {
    vi.useFakeTimers();
    onSilence.mockClear();
    watch = new SilenceWatch(onSilence);
    watch.setTimeout(1_000);
  });

  afterEach(() => vi.useRealTimers());

  it('calls once, after the timeout and at most a quarter of it', () => {
    vi.advanceTimersByTime(1_000);
    expect(onSilence).not.toHaveBeenCalled();
    vi.advanceTimersByTime(250);
    expect(onSilence).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(10_000);
    expect(onSilence).toHaveBeenCalledTimes(1);
  });

  it('begins anew whenever something is heard', () => {
    for (let second = 0; second < 10; second++) {
      vi.advanceTimersByTime(990);
      watch.heard();
    }
    expect(onSilence).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_250);
    expect(onSilence).toHaveBeenCalledTimes(1);
  });

  it('does not count while suspended, nor what passed before', () => {
    vi.advanceTimersByTime(900);
    watch.setSuspended(true);
    vi.advanceTimersByTime(60_000);
    watch.setSuspended(false);
    vi.advanceTimersByTime(990);
    expect(onSilence).not.toHaveBeenCalled();
    vi.advanceTimersByTime(260);
    expect(onSilence).toHaveBeenCalledTimes(1);
  });

  it('does not count while something that has come waits for its turn', () => {
    let hasUnread = true;
    const patient = new SilenceWatch(onSilence, () => hasUnread);
    patient.setTimeout(1_000);
    watch.setTimeout(0);
    vi.advanceTimersByTime(60_000);
    expect(onSilence).not.toHaveBeenCalled();
    hasUnread = false;
    patient.heard();
    vi.advanceTimersByTime(1_000);
    expect(onSilence).not.toHaveBeenCalled();
    vi.advanceTimersByTime(250);
    expect(onSilence).toHaveBeenCalledTimes(1);
  });

  it('is turned off by 0 and leaves no timer', () => {
    watch.setTimeout(0);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(onSilence).not.toHaveBeenCalled();
  });
});
