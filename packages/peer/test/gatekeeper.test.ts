/** Whom a sharer lets have something, for how long, and what makes it stop. */
import {
  type DeviceId,
  type EndedAccess,
  GRANT_MS,
  type GroupId,
  MAX_CLOCK_SKEW_MS,
  MAX_REMEMBERED_ENDS,
  type SessionId,
} from '@p2p/protocol';
import { type Grant, signGrant } from '@p2p/statements';
import { beforeEach, describe, expect, test } from 'vitest';
import { Gatekeeper } from '../src/sharing/gatekeeper.js';
import { cluster, grantOf, newSigner, noon, signed } from './test-grants.js';

const device = 'd'.repeat(64) as DeviceId;
const group = `${'f'.repeat(64)}.1` as GroupId;
const stamp = (time: number) => ({ ...grantOf(device, group).since, time });

let now: number | undefined;
let connected: boolean;
let keeper: Gatekeeper;

beforeEach(() => {
  now = noon;
  connected = true;
  keeper = new Gatekeeper({ trusts: (key) => key === cluster.id, now: () => now, isConnected: () => connected });
});

async function admitted(changes: Partial<Grant> = {}): Promise<Grant> {
  const grant = await keeper.admit(await signed(device, group, changes), device);
  if (grant === undefined) throw new Error('not admitted');
  return grant;
}

describe('is let in', () => {
  test('who shows a grant of the cluster for its own device', async () => {
    expect(await admitted()).toEqual(grantOf(device, group));
  });

  test('not who shows somebody else’s', async () => {
    expect(await keeper.admit(await signed(device, group), 'e'.repeat(64))).toBeUndefined();
  });

  test('not who shows one of another cluster, or none at all', async () => {
    expect(await keeper.admit(await signGrant(newSigner(), grantOf(device, group)), device)).toBeUndefined();
    expect(await keeper.admit('grant', device)).toBeUndefined();
  });

  test('not who shows one that has ended by the trackers’ clock', async () => {
    const text = await signed(device, group);
    now = noon + GRANT_MS;
    expect(await keeper.admit(text, device)).toBeUndefined();
  });

  test('nobody, as long as no tracker has said what time it is', async () => {
    now = undefined;
    expect(await keeper.admit(await signed(device, group), device)).toBeUndefined();
  });
});

describe('when time is over', () => {
  test('nothing goes on', async () => {
    const grant = await admitted();
    now = noon + GRANT_MS - 1;
    expect([keeper.isGood(grant), keeper.mayGoOn(grant)]).toEqual([true, true]);
    now = noon + GRANT_MS;
    expect([keeper.isGood(grant), keeper.mayGoOn(grant)]).toEqual([false, false]);
  });

  test('without a tracker what is open goes on, and nothing new is opened; with one again it ends', async () => {
    const grant = await admitted();
    connected = false;
    now = noon + GRANT_MS;
    expect([keeper.isGood(grant), keeper.mayGoOn(grant)]).toEqual([false, true]);
    connected = true;
    expect(keeper.mayGoOn(grant)).toBe(false);
  });
});

describe('what a tracker says is no more', () => {
  const { user, session } = grantOf(device, group);
  const ends: [string, EndedAccess][] = [
    ['the session', { what: 'session', session }],
    ['the membership', { what: 'membership', group, user, before: stamp(noon) }],
    ['the group', { what: 'group', group }],
  ];

  test.each(ends)('%s: neither goes on nor is let in again, with a tracker or without', async (_what, end) => {
    const grant = await admitted();
    let told = 0;
    keeper.onEnd(() => told++);
    keeper.end([end]);
    connected = false;
    expect(told).toBe(1);
    expect([keeper.isGood(grant), keeper.mayGoOn(grant)]).toEqual([false, false]);
    expect(await keeper.admit(await signed(device, group), device)).toBeUndefined();
  });

  test('says nothing of others', async () => {
    const another = { session: 'a'.repeat(64) as SessionId, user: `${'2'.repeat(64)}.1` as Grant['user'] };
    const grant = await admitted(another);
    keeper.end([
      { what: 'session', session },
      { what: 'membership', group, user, before: stamp(noon) },
      { what: 'group', group: `${'f'.repeat(64)}.2` as GroupId },
    ]);
    expect(keeper.mayGoOn(grant)).toBe(true);
  });

  test('a membership that begins later is another, also where an earlier end is told last', async () => {
    keeper.end([{ what: 'membership', group, user, before: stamp(noon - 1_000) }]);
    keeper.end([{ what: 'membership', group, user, before: stamp(noon - 9_000) }]);
    expect(await keeper.admit(await signed(device, group, { since: stamp(noon - 2_000) }), device)).toBeUndefined();
    expect(await keeper.admit(await signed(device, group, { since: stamp(noon - 500) }), device)).toBeDefined();
  });

  test('of single grants: these, and none that rests on something else', async () => {
    const grant = await admitted();
    keeper.endAll([grant]);
    expect(keeper.mayGoOn(grant)).toBe(false);
    expect(await keeper.admit(await signed(device, group), device)).toBeUndefined();
    expect(await keeper.admit(await signed(device, group, { since: stamp(noon - 500) }), device)).toBeDefined();
  });

  test('is remembered for as long as a grant can live, and for no longer', () => {
    keeper.end([{ what: 'session', session }]);
    const grant = grantOf(device, group, { expires: noon + 2 * GRANT_MS });
    now = noon + GRANT_MS + MAX_CLOCK_SKEW_MS - 1;
    keeper.end([]);
    expect(keeper.mayGoOn(grant)).toBe(false);
    now += 1;
    keeper.end([]);
    expect(keeper.mayGoOn(grant)).toBe(true);
  });

  test('is remembered up to a bound, the oldest forgotten first', () => {
    const sessionOf = (number: number) => number.toString(16).padStart(64, '0') as SessionId;
    const endOf = (number: number): EndedAccess => ({ what: 'session', session: sessionOf(number) });
    const isOver = (number: number) => !keeper.mayGoOn(grantOf(device, group, { session: sessionOf(number) }));
    keeper.end(Array.from({ length: MAX_REMEMBERED_ENDS }, (_, number) => endOf(number)));
    expect(isOver(0)).toBe(true);
    keeper.end([endOf(MAX_REMEMBERED_ENDS)]);
    expect([isOver(0), isOver(1), isOver(MAX_REMEMBERED_ENDS)]).toEqual([false, true, true]);
  });
});
