/** Time that stands still until it is moved. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { VirtualTime } from '../src/index.js';

let time: VirtualTime;

beforeEach(() => {
  time = new VirtualTime();
  time.install();
});

afterEach(() => time.uninstall());

describe('timers', () => {
  test('fire in the order of their times, and see the clock as it is then', async () => {
    const begun = Date.now();
    const fired: (string | number)[] = [];
    setTimeout(() => fired.push('late', Date.now() - begun), 300);
    setTimeout((word: string) => fired.push(word, Date.now() - begun), 100, 'early');
    await time.advance(299);
    expect(fired).toEqual(['early', 100]);
    await time.advance(1);
    expect(fired).toEqual(['early', 100, 'late', 300]);
    expect(time.pendingTimers).toBe(0);
  });

  test('repeat until they are cleared, and are counted as long as they are set', async () => {
    let times = 0;
    const timer = setInterval(() => {
      times += 1;
    }, 10).unref();
    const never = setTimeout(() => expect.unreachable(), 15);
    clearTimeout(never);
    await time.advance(35);
    expect([times, time.pendingTimers]).toEqual([3, 1]);
    clearInterval(timer);
    await time.advance(100);
    expect([times, time.pendingTimers]).toEqual([3, 0]);
  });

  test('set by a timer or a promise fall due in the same move', async () => {
    const fired: string[] = [];
    setTimeout(() => {
      void Promise.resolve().then(() => setTimeout(() => fired.push('inner'), 10));
    }, 10);
    await time.advance(20);
    expect(fired).toEqual(['inner']);
  });
});

test('what needs no time happens when it settles, and what never comes to rest is told', async () => {
  const done: number[] = [];
  setImmediate(() => void Promise.resolve().then(() => setImmediate(() => done.push(2))));
  await time.settle();
  expect(done).toEqual([2]);
  const again = () => void setImmediate(again);
  again();
  await expect(time.settle()).rejects.toThrow('never comes to rest');
});

test('chance is the same every time, and everything is as it was afterwards', () => {
  const rolled = [Math.random(), Math.random()];
  time.uninstall();
  expect(Date.now()).toBeGreaterThan(1_700_000_000_001);
  time = new VirtualTime();
  time.install();
  expect([Math.random(), Math.random()]).toEqual(rolled);
});
