/** Whose password is hashed next, on a virtual clock. */
import { KNOWN_PASSWORDS_PER_STRANGER, MAX_WAITING_PASSWORDS, PASSWORD_PAUSE, PASSWORDS_AT_EASE } from '@p2p/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PasswordQueue, type Place } from '../src/log-ins/password-queue.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const HASH_MS = 10;

/** A queue whose jobs each take {@link HASH_MS} and note that they were run. */
class Desk {
  readonly queue: PasswordQueue;
  readonly served: string[] = [];
  readonly refused: string[] = [];
  running = 0;
  mostAtOnce = 0;

  constructor(maxWaiting?: number) {
    this.queue = new PasswordQueue(maxWaiting);
  }

  ask(lane: Place['lane'], owner: string, name = owner): void {
    const job = async () => {
      this.running += 1;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
      await new Promise((resolve) => setTimeout(resolve, HASH_MS));
      this.running -= 1;
      return name;
    };
    void this.queue
      .run({ lane, owner }, job)
      .then((result) => (result === undefined ? this.refused : this.served).push(name));
  }
}

/** Lets so much time pass that everything has been hashed, pauses included. */
const untilDone = () => vi.advanceTimersByTimeAsync(1_000_000);

test('one at a time, and everybody in turn', async () => {
  const desk = new Desk();
  for (let index = 1; index <= 3; index++) desk.ask('known', 'ann', `ann ${index}`);
  desk.ask('known', 'ben');
  desk.ask('known', 'cleo');
  await untilDone();
  expect(desk.served).toEqual(['ann 1', 'ann 2', 'ben', 'cleo', 'ann 3']);
  expect(desk.mostAtOnce).toBe(1);
});

test('a known device does not wait behind strangers, and strangers are not starved', async () => {
  const desk = new Desk();
  for (let index = 1; index <= 3; index++) desk.ask('stranger', 'somebody', `stranger ${index}`);
  for (let index = 1; index <= 10; index++) desk.ask('known', 'ann', `ann ${index}`);
  await untilDone();
  const [, ...after] = desk.served;
  expect(after.indexOf('stranger 2')).toBe(KNOWN_PASSWORDS_PER_STRANGER);
  expect(desk.served).toHaveLength(13);
});

test.each(['known', 'stranger'] as const)('few in the lane %s are served without a pause, many with', async (lane) => {
  const desk = new Desk();
  // One is being hashed; the others are as many as may wait.
  for (let index = 0; index <= PASSWORDS_AT_EASE; index++) desk.ask(lane, 'somebody');
  await vi.advanceTimersByTimeAsync(10 * HASH_MS);
  expect(desk.served).toHaveLength(10);
  await untilDone();
  for (let index = 0; index < 1_000; index++) desk.ask(lane, 'somebody');
  desk.served.length = 0;
  await vi.advanceTimersByTimeAsync(10 * (1 + PASSWORD_PAUSE) * HASH_MS);
  expect(desk.served).toHaveLength(10);
});

test('while one lane pauses the other one is served', async () => {
  const desk = new Desk();
  for (let index = 0; index < 1_000; index++) desk.ask('stranger', 'flood');
  await vi.advanceTimersByTimeAsync(1.5 * HASH_MS);
  desk.ask('known', 'ann');
  await vi.advanceTimersByTimeAsync(HASH_MS);
  expect(desk.served).toEqual(['flood', 'ann']);
});

test('so many may wait, and one more pushes out the last of whoever has most waiting', async () => {
  const desk = new Desk();
  // The first one is being hashed and waits no more.
  for (let index = 0; index <= MAX_WAITING_PASSWORDS; index++) desk.ask('stranger', 'flood');
  await vi.advanceTimersByTimeAsync(0);
  expect(desk.refused).toEqual([]);
  desk.ask('stranger', 'somebody else');
  await vi.advanceTimersByTimeAsync(0);
  expect(desk.refused).toEqual(['flood']);
  desk.ask('stranger', 'flood', 'one more');
  await vi.advanceTimersByTimeAsync(0);
  expect(desk.refused).toEqual(['flood', 'one more']);
  await vi.advanceTimersByTimeAsync(3 * (1 + PASSWORD_PAUSE) * HASH_MS);
  expect(desk.served).toContain('somebody else');
});

test('where everybody has one waiting it is the newcomer who is refused', async () => {
  const desk = new Desk(2);
  for (const owner of ['a', 'b', 'c', 'd']) desk.ask('stranger', owner);
  await untilDone();
  expect(desk.refused).toEqual(['d']);
  expect(desk.served).toEqual(['a', 'b', 'c']);
});

test('a hash that fails is told to whoever asked, and the next one runs', async () => {
  const desk = new Desk();
  const failing = desk.queue.run({ lane: 'known', owner: 'ann' }, () => Promise.reject(new Error('no memory')));
  desk.ask('known', 'ben');
  await expect(failing).rejects.toThrow('no memory');
  await untilDone();
  expect(desk.served).toEqual(['ben']);
});
