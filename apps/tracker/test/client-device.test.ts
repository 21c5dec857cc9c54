/** What a device's connection sees to: that its session's use is noted, and whether it can be dialled found out. */
import {
  type DeviceId,
  incarnationId,
  type PresenceChange,
  REACH_RECHECK_MS,
  type RequestId,
  SESSION_SEEN_MS,
  type SessionId,
  type UserId,
} from '@p2p/protocol';
import { emptyState } from '@p2p/state';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ClientDevice, type Push } from '../src/client-connections/client-device.js';
import { DialRequests } from '../src/client-connections/dial-requests.js';
import type { Services } from '../src/client-connections/services.js';
import type { Claim } from '../src/reachability/reach-checks.js';

const device = 'd'.repeat(64) as DeviceId;
const session = 'a'.repeat(64) as SessionId;
const user = `${device}.1` as UserId;
const version = `${device}.1` as RequestId;

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

/** Where it may be dialled. */
const address = { host: '192.0.2.7', port: 4_001 };

/** A connection of the device that shows this session, and each use that it has noted. */
function connected(shown: SessionId | undefined, at?: typeof address) {
  const state = emptyState();
  state.users.set(user, { id: user, name: 'ann', credential: 'hash', credentialVersion: version });
  const opened = { time: 1, count: 0, incarnation: incarnationId.parse(`1.${'0'.repeat(16)}`) };
  const row = { id: session, user, device, credentialVersion: version, opened, seen: 0, closed: false };
  state.sessions.set(session, { ...row, expires: Number.MAX_SAFE_INTEGER });
  const noted: SessionId[] = [];
  const replicated = { state, noteUse: (used: SessionId) => noted.push(used) };
  const presented: PresenceChange[] = [];
  const board = { applyLocal: (change: PresenceChange) => presented.push(change) };
  const claims: Claim[] = [];
  const found: ((reachable: boolean | undefined) => Promise<void>)[] = [];
  const reach = {
    check: (claim: Claim) => {
      claims.push(claim);
      return new Promise((resolve) => {
        found.push(async (reachable) => {
          resolve(reachable);
          await vi.advanceTimersByTimeAsync(0);
        });
      });
    },
  };
  const dialRequests = new DialRequests();
  const services = { replicated, board, dialRequests, reach } as unknown as Services;
  const greeting = { device, counter: 1, address: at, session: shown, from: '192.0.2.7' };
  const pushed: Push[] = [];
  const client = new ClientDevice(services, greeting, (message) => pushed.push(message));
  onTestFinished(() => client.leave());
  return { client, noted, presented, claims, found, pushed };
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

describe('whether it can be dialled', () => {
  const reachable = (client: { presented: PresenceChange[] }) => {
    const last = client.presented.at(-1);
    return last?.kind === 'online' ? last.reachable : last?.kind;
  };

  test('is found out once somebody is logged in, told to it, and to the other trackers', async () => {
    const connection = connected(undefined, address);
    expect(connection.claims).toEqual([]);
    connection.client.useSession(session);
    expect(connection.claims).toMatchObject([{ device, user, address, from: '192.0.2.7' }]);
    expect([reachable(connection), connection.pushed]).toEqual([null, []]);
    await connection.found[0]?.(true);
    expect(reachable(connection)).toBe(true);
    expect(connection.pushed).toEqual([{ type: 'reachability', address, reachable: true }]);
    expect(connection.client.place).toEqual({ address, reachable: true });
  });

  test('is found out when a session is resumed; not of a connection that only asks', () => {
    expect(connected(session, address).claims).toHaveLength(1);
    expect(connected(session).claims).toEqual([]);
  });

  test('is looked at again after a while where it could not, as long as it is there', async () => {
    const connection = connected(session, address);
    await connection.found[0]?.(false);
    expect(reachable(connection)).toBe(false);
    await vi.advanceTimersByTimeAsync(REACH_RECHECK_MS);
    await connection.found[1]?.(true);
    expect(reachable(connection)).toBe(true);
    await vi.advanceTimersByTimeAsync(3 * REACH_RECHECK_MS);
    expect(connection.claims).toHaveLength(2);
  });

  test('stays as it was where nothing was found out', async () => {
    const connection = connected(session, address);
    await connection.found[0]?.(true);
    connection.client.useSession(session);
    await connection.found[1]?.(undefined);
    expect(reachable(connection)).toBe(true);
    expect(connection.pushed).toHaveLength(1);
  });

  test('brings nobody back who has gone meanwhile', async () => {
    const connection = connected(session, address);
    const [claim] = connection.claims;
    expect(claim?.isGone()).toBe(false);
    connection.client.leave();
    expect(claim?.isGone()).toBe(true);
    await connection.found[0]?.(false);
    expect([reachable(connection), connection.pushed]).toEqual(['offline', []]);
    await vi.advanceTimersByTimeAsync(2 * REACH_RECHECK_MS);
    expect(connection.claims).toHaveLength(1);
  });
});
