/** How often, how many at once and how fast a tracker dials clients back, whatever they announce. */
import { setMaxListeners } from 'node:events';
import {
  type DeviceId,
  MAX_REACH_CHECKS,
  MAX_REACH_CHECKS_PER_ADDRESS,
  MAX_REACH_CHECKS_PER_DEVICE,
  MAX_REACH_CHECKS_PER_USER,
  MAX_WAITING_REACH_CHECKS,
  REACH_CHECK_GAP_MS,
  REACH_CHECKS_WINDOW_MS,
  type UserId,
} from '@p2p/protocol';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Announced } from '../src/reachability/dial-back.js';
import { type Claim, ReachChecks } from '../src/reachability/reach-checks.js';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

const deviceOf = (number: number) => number.toString(16).padStart(64, '0') as DeviceId;
const userOf = (number: number) => `${deviceOf(number)}.1` as UserId;

/** Device, user and address of this number; each is another one. */
function claimOf(number: number, more: Partial<Claim> = {}): Claim {
  const address = { host: `198.51.${number >> 8}.${number & 255}`, port: 4_001 };
  const device = deviceOf(number);
  return { device, user: userOf(number), address, from: '192.0.2.7', isGone: () => false, ...more };
}

function onAbort(signal: AbortSignal, aborted: () => void): void {
  setMaxListeners(0, signal);
  signal.addEventListener('abort', aborted);
}

/** Checks that dial nobody: each goes on until the test ends it, unless all are to end at once with the same. */
function checks(verdict?: boolean | undefined) {
  const dialled: { announced: Announced; end: (reachable: boolean | undefined) => void }[] = [];
  const isWaiting = verdict === undefined;
  const reach = new ReachChecks((announced, { signal, mayDial }) => {
    if (!mayDial(announced.address.host)) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      dialled.push({ announced, end: resolve });
      if (!isWaiting) resolve(verdict);
      else onAbort(signal, () => resolve(undefined));
    });
  });
  onTestFinished(() => reach.stop());
  const check = async (claim: Claim) => {
    const checking = reach.check(claim);
    await vi.advanceTimersByTimeAsync(REACH_CHECK_GAP_MS);
    return checking;
  };
  return { reach, dialled, check };
}

test('a device that logs in over and over is told what was found, and dialled no more', async () => {
  const { dialled, check } = checks(false);
  for (let index = 0; index < 3 * MAX_REACH_CHECKS_PER_DEVICE; index++) expect(await check(claimOf(1))).toBe(false);
  expect(dialled).toHaveLength(MAX_REACH_CHECKS_PER_DEVICE);
  await vi.advanceTimersByTimeAsync(REACH_CHECKS_WINDOW_MS / MAX_REACH_CHECKS_PER_DEVICE);
  await check(claimOf(1));
  expect(dialled, 'after a while again').toHaveLength(MAX_REACH_CHECKS_PER_DEVICE + 1);
});

test('with another address each time it is dialled no more often, and of a new one nothing is known', async () => {
  const { dialled, check } = checks(true);
  const moved = (port: number) => claimOf(1, { address: { host: '198.51.0.1', port } });
  const verdicts: (boolean | undefined)[] = [];
  for (let port = 1; port <= MAX_REACH_CHECKS_PER_DEVICE + 1; port++) verdicts.push(await check(moved(port)));
  expect(verdicts.filter((verdict) => verdict === true)).toHaveLength(MAX_REACH_CHECKS_PER_DEVICE);
  expect(verdicts.at(-1)).toBeUndefined();
  expect(dialled).toHaveLength(MAX_REACH_CHECKS_PER_DEVICE);
});

test('nobody has more dialled by having many devices', async () => {
  const { dialled, check } = checks(true);
  const user = userOf(1);
  for (let number = 1; number <= MAX_REACH_CHECKS_PER_USER + 20; number++) await check(claimOf(number, { user }));
  // A few more while their number was made up.
  expect(dialled.length).toBeGreaterThanOrEqual(MAX_REACH_CHECKS_PER_USER);
  expect(dialled.length).toBeLessThan(MAX_REACH_CHECKS_PER_USER + 3);
});

test.each([
  ['an address', () => '198.51.100.1'],
  ['an IPv6 network', (number: number) => `2001:db8:0:7::${number.toString(16)}`],
])('nor is %s dialled for a crowd without end', async (_what, hostOf) => {
  const { dialled, check } = checks(true);
  for (let number = 1; number <= MAX_REACH_CHECKS_PER_ADDRESS + 50; number++) {
    await check(claimOf(number, { address: { host: hostOf(number), port: number } }));
  }
  expect(dialled.length).toBeGreaterThanOrEqual(MAX_REACH_CHECKS_PER_ADDRESS);
  expect(dialled.length).toBeLessThan(MAX_REACH_CHECKS_PER_ADDRESS + 10);
});

test('of many that come at once one begins after the other, and so many are under way', async () => {
  const { reach, dialled } = checks();
  const all = Array.from({ length: 100 }, (_, number) => reach.check(claimOf(number)));
  expect(dialled).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(REACH_CHECK_GAP_MS);
  expect(dialled).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(dialled).toHaveLength(MAX_REACH_CHECKS);
  dialled[3]?.end(true);
  expect(await all[3]).toBe(true);
  await vi.advanceTimersByTimeAsync(REACH_CHECK_GAP_MS);
  expect(dialled).toHaveLength(MAX_REACH_CHECKS + 1);
});

test('who has gone meanwhile is not dialled', async () => {
  const { reach, dialled } = checks();
  let isGone = false;
  const all = [1, 2, 3].map((number) => reach.check(claimOf(number, { isGone: () => isGone && number === 2 })));
  isGone = true;
  await vi.advanceTimersByTimeAsync(3 * REACH_CHECK_GAP_MS);
  expect(dialled.map(({ announced }) => announced.device)).toEqual([deviceOf(1), deviceOf(3)]);
  expect(await all[1]).toBeUndefined();
});

test('beyond a bound nobody waits, and when it stops nobody is left waiting', async () => {
  const { reach, dialled } = checks();
  const all = Array.from({ length: MAX_WAITING_REACH_CHECKS + 1 }, (_, number) => reach.check(claimOf(number)));
  expect(await reach.check(claimOf(70_000))).toBeUndefined();
  reach.stop();
  expect(new Set(await Promise.all(all))).toEqual(new Set([undefined]));
  expect(dialled).toHaveLength(1);
  expect(await reach.check(claimOf(70_001))).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});
