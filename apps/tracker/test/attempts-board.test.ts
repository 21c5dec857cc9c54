/** What trackers tell each other of failed log-ins, and what they make of it. */
import { type FailedLogIns, MAX_FAILED_LOG_INS, MAX_FAILED_LOG_INS_PER_ADDRESS, userName } from '@p2p/protocol';
import { expect, test } from 'vitest';
import { AttemptsBoard } from '../src/log-ins/attempts-board.js';
import type { Attempt } from '../src/log-ins/failed-log-ins.js';

const device = 'a'.repeat(64);
const attempt = (account: string, source: string, countsForAll = false): Attempt => ({
  account: userName.parse(account),
  source,
  countsForAll,
});

/** Two boards, each of which hears at once what the other one tells. */
function linkedBoards(): [AttemptsBoard, AttemptsBoard] {
  const [one, two] = [new AttemptsBoard(), new AttemptsBoard()];
  one.start({ broadcastAttempts: (changes) => two.applyRemote(changes) });
  two.start({ broadcastAttempts: (changes) => one.applyRemote(changes) });
  return [one, two];
}

test('what fails at one counts at the other, and what succeeds there too', () => {
  const [one, two] = linkedBoards();
  const ann = attempt('ann', device);
  for (let index = 0; index < MAX_FAILED_LOG_INS; index++) (index % 2 === 0 ? one : two).fail(ann);
  expect([one.isBlocked(ann), two.isBlocked(ann)]).toEqual([true, true]);
  two.clear(ann);
  expect([one.isBlocked(ann), two.isBlocked(ann)]).toEqual([false, false]);
});

test('who is linked later is told all that still counts', () => {
  const board = new AttemptsBoard();
  const ann = attempt('ann', '192.0.2.7');
  for (let index = 0; index < MAX_FAILED_LOG_INS; index++) board.fail(ann);
  const later = new AttemptsBoard();
  later.applyRemote(board.snapshot());
  expect(later.isBlocked(ann)).toBe(true);
});

test('a success that nobody had failed before is no news', () => {
  const told: FailedLogIns[] = [];
  const board = new AttemptsBoard();
  board.start({ broadcastAttempts: (changes) => told.push(...changes) });
  board.clear(attempt('ann', device));
  expect(told).toEqual([]);
});

test.each([
  ['192.0.2.7', true],
  ['2001:db8:0:7::/64', true],
  ['127.0.0.1', false],
  ['::1', false],
  [device, false],
])('failures for all accounts from %s count together at the other tracker: %s', (source, expected) => {
  const [one, two] = linkedBoards();
  for (let index = 0; index < MAX_FAILED_LOG_INS_PER_ADDRESS; index++) one.fail(attempt(`user${index}`, source));
  expect(two.isBlocked(attempt('somebody-else', source, true))).toBe(expected);
});
