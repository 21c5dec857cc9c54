/** When no more passwords are tried, and that all trackers come to the same. Time is an argument. */
import {
  FAILED_LOG_INS_WINDOW_MS,
  type FailedLogIns,
  MAX_CLOCK_SKEW_MS,
  MAX_FAILED_LOG_INS,
  MAX_FAILED_LOG_INS_PER_ADDRESS,
  type UserName,
  userName,
} from '@p2p/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Attempt, FailedLogInLog } from '../src/log-ins/failed-log-ins.js';

const ann = userName.parse('ann');
const ben = userName.parse('ben');
const device = 'a'.repeat(64);
const START = 1_800_000_000_000;

const attempt = (account: UserName, source: string, countsForAll = false): Attempt => ({
  account,
  source,
  countsForAll,
});
const annFromHome = attempt(ann, '192.0.2.7');

/** Fails so many times, a second apart; returns the time after. */
function failTimes(log: FailedLogInLog, count: number, from: Attempt = annFromHome, start = START): number {
  for (let index = 0; index < count; index++) log.fail(from, start + index * 1_000);
  return start + count * 1_000;
}

test('so many failures in a row block, one less does not', () => {
  const log = new FailedLogInLog();
  const now = failTimes(log, MAX_FAILED_LOG_INS - 1);
  expect(log.isBlocked(annFromHome, now)).toBe(false);
  log.fail(annFromHome, now);
  expect(log.isBlocked(annFromHome, now)).toBe(true);
});

test('other accounts, other addresses and the devices of the account are counted by themselves', () => {
  const log = new FailedLogInLog();
  const now = failTimes(log, MAX_FAILED_LOG_INS);
  expect(log.isBlocked(attempt(ben, '192.0.2.7'), now)).toBe(false);
  expect(log.isBlocked(attempt(ann, '192.0.2.8'), now)).toBe(false);
  expect(log.isBlocked(attempt(ann, device), now)).toBe(false);
});

test('nobody is blocked for longer than the window, counted from the first of the failures', () => {
  const log = new FailedLogInLog();
  failTimes(log, MAX_FAILED_LOG_INS);
  expect(log.isBlocked(annFromHome, START + FAILED_LOG_INS_WINDOW_MS - 1)).toBe(true);
  expect(log.isBlocked(annFromHome, START + FAILED_LOG_INS_WINDOW_MS)).toBe(false);
  // And then one more, not as many again.
  log.fail(annFromHome, START + FAILED_LOG_INS_WINDOW_MS);
  expect(log.isBlocked(annFromHome, START + FAILED_LOG_INS_WINDOW_MS)).toBe(true);
});

test('failures that are spread over more than the window block nobody', () => {
  const log = new FailedLogInLog();
  const pause = FAILED_LOG_INS_WINDOW_MS / (MAX_FAILED_LOG_INS - 1);
  for (let index = 0; index < 100; index++) {
    expect(log.isBlocked(annFromHome, START + index * pause)).toBe(false);
    log.fail(annFromHome, START + index * pause);
  }
});

test('a log-in that succeeds begins a new row', () => {
  const log = new FailedLogInLog();
  const now = failTimes(log, MAX_FAILED_LOG_INS - 1);
  log.clear(annFromHome, now);
  const later = failTimes(log, MAX_FAILED_LOG_INS - 1, annFromHome, now);
  expect(log.isBlocked(annFromHome, later)).toBe(false);
  log.fail(annFromHome, later);
  expect(log.isBlocked(annFromHome, later)).toBe(true);
});

test('an account that has another password begins a new row everywhere, and no other one does', () => {
  const log = new FailedLogInLog();
  const fromPhone = attempt(ann, device);
  const benFromHome = attempt(ben, '192.0.2.7');
  for (const each of [annFromHome, fromPhone, benFromHome]) failTimes(log, MAX_FAILED_LOG_INS, each);
  const now = START + MAX_FAILED_LOG_INS * 1_000;
  const blocked = () => [annFromHome, fromPhone, benFromHome].map((each) => log.isBlocked(each, now));
  expect(blocked()).toEqual([true, true, true]);
  const before = [...log.all(now)];
  log.forgive(ann, now);
  expect(blocked()).toEqual([false, false, true]);
  for (const change of before) log.apply(change, { now, countsForAll: false });
  expect(blocked(), 'what another tracker still tells of before').toEqual([false, false, true]);
  failTimes(log, MAX_FAILED_LOG_INS, annFromHome, now);
  expect(log.isBlocked(annFromHome, now + 10_000)).toBe(true);
});

test('failures within one millisecond are as many as they are', () => {
  const log = new FailedLogInLog();
  for (let index = 0; index < MAX_FAILED_LOG_INS; index++) log.fail(annFromHome, START);
  expect(log.isBlocked(annFromHome, START + 1)).toBe(true);
});

test('one password for every account is stopped as well, at the address', () => {
  const log = new FailedLogInLog();
  const sprayed = (index: number) => attempt(userName.parse(`user${index}`), '192.0.2.7', true);
  for (let index = 0; index < MAX_FAILED_LOG_INS_PER_ADDRESS; index++) {
    expect(log.isBlocked(sprayed(index), START)).toBe(false);
    log.fail(sprayed(index), START);
  }
  expect(log.isBlocked(sprayed(-1), START)).toBe(true);
  // Whoever is known to the device, or sits at the tracker's machine, is not held up by that; nor is another address.
  expect(log.isBlocked(attempt(ann, device), START)).toBe(false);
  expect(log.isBlocked(attempt(ann, '127.0.0.1'), START)).toBe(false);
  expect(log.isBlocked(attempt(ann, '192.0.2.8', true), START)).toBe(false);
  // It drains evenly.
  expect(log.isBlocked(sprayed(-1), START + FAILED_LOG_INS_WINDOW_MS / MAX_FAILED_LOG_INS_PER_ADDRESS)).toBe(false);
});

test('beyond its bound it forgets what was touched the longest ago', () => {
  const log = new FailedLogInLog(3);
  const sources = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'].map((source) => attempt(ann, source));
  const [first = annFromHome, second = annFromHome] = sources;
  for (const source of sources.slice(0, 3)) failTimes(log, MAX_FAILED_LOG_INS, source);
  log.fail(first, START + 60_000);
  expect(log.size).toBe(3);
  log.fail(sources[3] as Attempt, START + 61_000);
  expect(log.size).toBe(3);
  expect(log.isBlocked(first, START + 62_000)).toBe(true);
  expect(log.isBlocked(second, START + 62_000)).toBe(false);
});

test('what one tracker counted the other one counts, however often it is told, and a success too', () => {
  const [here, there] = [new FailedLogInLog(), new FailedLogInLog()];
  const changes: FailedLogIns[] = [];
  for (let index = 0; index < MAX_FAILED_LOG_INS - 1; index++) changes.push(here.fail(annFromHome, START + index));
  for (const change of [...changes, ...changes, ...here.all(START + 100)]) {
    there.apply(change, { now: START + 100, countsForAll: false });
  }
  expect(there.isBlocked(annFromHome, START + 100)).toBe(false);
  there.fail(annFromHome, START + 100);
  expect(there.isBlocked(annFromHome, START + 200)).toBe(true);
  const cleared = here.clear(annFromHome, START + 300) as FailedLogIns;
  there.apply(cleared, { now: START + 300, countsForAll: false });
  expect(there.isBlocked(annFromHome, START + 300)).toBe(false);
  // What was cleared doesn't come back with a tracker that missed it.
  for (const change of changes) there.apply(change, { now: START + 400, countsForAll: false });
  failTimes(there, MAX_FAILED_LOG_INS - 1, annFromHome, START + 500);
  expect(there.isBlocked(annFromHome, START + 60_000)).toBe(false);
});

test('what is over, or in a future that no clock may show, is not believed', () => {
  const log = new FailedLogInLog();
  const times = (start: number) => Array.from({ length: MAX_FAILED_LOG_INS }, (_, index) => start + index);
  const told = { account: ann, source: '192.0.2.7', clearedAt: 0 };
  const now = START;
  log.apply({ ...told, failedAt: times(now - FAILED_LOG_INS_WINDOW_MS - 100) }, { now, countsForAll: true });
  expect(log.size).toBe(0);
  log.apply({ ...told, failedAt: times(now + MAX_CLOCK_SKEW_MS + 1) }, { now, countsForAll: true });
  log.apply({ ...told, failedAt: [], clearedAt: now + MAX_CLOCK_SKEW_MS + 1 }, { now, countsForAll: true });
  expect(log.size).toBe(0);
  log.apply({ ...told, failedAt: times(now + MAX_CLOCK_SKEW_MS - 100) }, { now, countsForAll: true });
  expect(log.isBlocked(annFromHome, now)).toBe(true);
});

test('trackers that were told the same, in any order, agree', () => {
  const change = fc.record({
    account: fc.constantFrom(ann, ben),
    source: fc.constantFrom('192.0.2.7', device),
    failedAt: fc.array(fc.integer({ min: START, max: START + 30 }), { maxLength: MAX_FAILED_LOG_INS }),
    clearedAt: fc.oneof(fc.constant(0), fc.integer({ min: START, max: START + 30 })),
  });
  const orders = fc
    .array(change, { maxLength: 12 })
    .chain((changes) => fc.tuple(fc.constant(changes), fc.shuffledSubarray(changes, { minLength: changes.length })));
  fc.assert(
    fc.property(orders, (told) => {
      const logs = told.map((changes) => {
        const log = new FailedLogInLog();
        for (const one of changes) log.apply(one as FailedLogIns, { now: START + 30, countsForAll: false });
        return [...log.all(START + 30)].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      });
      expect(logs[0]).toEqual(logs[1]);
    }),
  );
});
