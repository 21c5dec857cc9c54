/** A device notes that its session is in use while it is connected: when it comes, every hour, and when it goes. */
import {
  type DeviceId,
  incarnationId,
  type RequestId,
  SESSION_SEEN_MS,
  type SessionId,
  type UserId,
} from '@p2p/protocol';
import { emptyState } from '@p2p/state';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { ClientDevice } from '../src/client-connections/client-device.js';
import type { Services } from '../src/client-connections/services.js';

const device = 'd'.repeat(64) as DeviceId;
const session = 'a'.repeat(64) as SessionId;
const user = `${device}.1` as UserId;
const version = `${device}.1` as RequestId;

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

/** A connection of the device that shows this session, and each use that it has noted. */
function connected(shown: SessionId | undefined) {
  const state = emptyState();
  state.users.set(user, { id: user, name: 'ann', credential: 'hash', credentialVersion: version });
  const opened = { time: 1, count: 0, incarnation: incarnationId.parse(`1.${'0'.repeat(16)}`) };
  const row = { id: session, user, device, credentialVersion: version, opened, seen: 0, closed: false };
  state.sessions.set(session, { ...row, expires: Number.MAX_SAFE_INTEGER });
  const noted: SessionId[] = [];
  const replicated = { state, noteUse: (used: SessionId) => noted.push(used) };
  const services = { replicated, board: { applyLocal: () => undefined } } as unknown as Services;
  const greeting = { device, counter: 1, address: undefined, session: shown };
  const client = new ClientDevice(services, greeting, () => undefined);
  onTestFinished(() => client.leave());
  return { client, noted };
}

test('when it comes, every hour, and when it goes', () => {
  const { client, noted } = connected(session);
  expect(noted).toHaveLength(1);
  vi.advanceTimersByTime(3 * SESSION_SEEN_MS);
  expect(noted).toHaveLength(4);
  client.leave();
  expect(noted).toEqual(Array.from({ length: 5 }, () => session));
  vi.advanceTimersByTime(3 * SESSION_SEEN_MS);
  expect(noted, 'it is gone').toHaveLength(5);
});

test('not while nobody is logged in', () => {
  const { client, noted } = connected(undefined);
  vi.advanceTimersByTime(SESSION_SEEN_MS);
  expect(noted).toEqual([]);
  client.useSession(session);
  vi.advanceTimersByTime(SESSION_SEEN_MS);
  expect(noted).toEqual([session]);
  client.useSession(undefined);
  vi.advanceTimersByTime(SESSION_SEEN_MS);
  expect(noted).toEqual([session]);
});

test('nor of a session of another device', () => {
  const { noted } = connected('b'.repeat(64) as SessionId);
  vi.advanceTimersByTime(SESSION_SEEN_MS);
  expect(noted).toEqual([]);
});
