import { STRANGER_REQUESTS_AT_ONCE, STRANGER_REQUESTS_PER_SECOND } from '@p2p/protocol';
import { expect, test } from 'vitest';
import { RequestPace } from '../src/client-connections/request-pace.js';

const INTERVAL_MS = 1_000 / STRANGER_REQUESTS_PER_SECOND;

/** So many at once; for how long nothing is read after the last of them. */
function takeMany(pace: RequestPace, count: number, now: number): number {
  let waitMs = 0;
  for (let index = 0; index < count; index++) waitMs = pace.take(now);
  return waitMs;
}

test('so many at once are read, and after one more there is a pause', () => {
  const pace = new RequestPace();
  expect(takeMany(pace, STRANGER_REQUESTS_AT_ONCE, 5_000)).toBe(0);
  expect(pace.take(5_000)).toBeCloseTo(INTERVAL_MS);
});

test('then so many a second, for ever', () => {
  const pace = new RequestPace();
  takeMany(pace, STRANGER_REQUESTS_AT_ONCE, 5_000);
  let now = 5_000;
  for (let index = 0; index < 10 * STRANGER_REQUESTS_PER_SECOND; index++) now += pace.take(now);
  expect(now - 5_000).toBeCloseTo(10_000);
});

test('who was quiet may ask many at once again, and no more than at first', () => {
  const pace = new RequestPace();
  takeMany(pace, 3 * STRANGER_REQUESTS_AT_ONCE, 5_000);
  const later = 5_000 + 1_000_000;
  expect(takeMany(pace, STRANGER_REQUESTS_AT_ONCE, later)).toBe(0);
  expect(pace.take(later)).toBeGreaterThan(0);
});
