/** Which handshakes are begun when. Sockets are stand-ins; the clock is a virtual one. */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { HANDSHAKE_CHANCE_MS, HANDSHAKE_WAIT_MS, HANDSHAKES_AT_ONCE, HANDSHAKES_PER_TURN } from '@p2p/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Handshakes } from '../src/handshakes.js';

class StandIn extends EventEmitter {
  readonly name: string;
  destroyed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(name: string) {
    super();
    this.name = name;
  }

  setTimeout(milliseconds: number, expired?: () => void): void {
    clearTimeout(this.#timer);
    if (milliseconds > 0 && expired !== undefined) this.#timer = setTimeout(expired, milliseconds);
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

let begun: string[];
let handshakes: Handshakes;

beforeEach(() => {
  vi.useFakeTimers();
  begun = [];
  handshakes = new Handshakes({
    maxUnderWay: 20,
    begin: (socket) => void begun.push((socket as unknown as StandIn).name),
  });
});
afterEach(() => {
  vi.useRealTimers();
});

function add(name: string, network = 'there'): StandIn {
  const socket = new StandIn(name);
  socket.once('close', () => handshakes.ended(socket as unknown as Socket, network));
  handshakes.add(socket as unknown as Socket, network);
  return socket;
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);

test('a few in each turn of the event loop', async () => {
  for (const name of names(10)) add(name);
  expect(begun).toHaveLength(HANDSHAKES_PER_TURN);
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toHaveLength(2 * HANDSHAKES_PER_TURN);
});

test('no more at once than may come on together, until one has ended or had its chance', async () => {
  const sockets = names(40).map((name) => add(name));
  await vi.advanceTimersByTimeAsync(HANDSHAKE_CHANCE_MS - 1);
  expect(begun).toHaveLength(HANDSHAKES_AT_ONCE);
  sockets[0]?.destroy();
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toHaveLength(HANDSHAKES_AT_ONCE + 1);
  await vi.advanceTimersByTimeAsync(HANDSHAKE_CHANCE_MS - 2);
  expect(begun).toHaveLength(2 * HANDSHAKES_AT_ONCE);
});

test('the networks in turn', async () => {
  for (const name of names(30)) add(`crowd ${name}`, 'crowded');
  add('somebody', 'elsewhere');
  await vi.advanceTimersByTimeAsync(0);
  expect(begun.indexOf('somebody')).toBeLessThanOrEqual(HANDSHAKES_PER_TURN + 1);
});

test('of too many under way the oldest is given up', async () => {
  const sockets = names(21).map((name) => add(name));
  await vi.advanceTimersByTimeAsync(10 * HANDSHAKE_CHANCE_MS);
  expect(begun).toHaveLength(21);
  expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([sockets[0]]);
});

test('who waits for too long to be begun is sent away, and is not begun', async () => {
  const perSecond = (HANDSHAKES_AT_ONCE * 1_000) / HANDSHAKE_CHANCE_MS;
  const sockets = names(2 * perSecond).map((name) => add(name));
  await vi.advanceTimersByTimeAsync(HANDSHAKE_WAIT_MS - 1);
  const underWay = begun.length;
  expect(sockets.filter(({ destroyed }, index) => destroyed && index >= underWay)).toEqual([]);
  await vi.advanceTimersByTimeAsync(HANDSHAKE_WAIT_MS);
  expect(sockets.filter(({ destroyed }, index) => !destroyed && index >= begun.length)).toEqual([]);
  expect(begun.length).toBeLessThan(sockets.length);
});

test('who has gone while waiting is not begun', async () => {
  const sockets = names(10).map((name) => add(name));
  sockets[9]?.destroy();
  await vi.advanceTimersByTimeAsync(10 * HANDSHAKE_CHANCE_MS);
  expect(begun).not.toContain('9');
  expect(begun).toHaveLength(9);
});
