/** Grants are not signed again for every file, and never outlive what they rest on; who shares hears what has ended. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DeviceId,
  type EndedAccess,
  GRANT_MS,
  type GroupId,
  incarnationId,
  MAX_ENDED_PER_MESSAGE,
  MAX_GRANTS_PER_CONNECTION,
  type SessionId,
  type TrackerMessage,
  type UserId,
} from '@p2p/protocol';
import type { State } from '@p2p/state';
import { verifyGrant } from '@p2p/statements';
import { type Identity, loadOrCreateIdentity } from '@p2p/transport';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Basis, Grants } from '../src/client-connections/grants.js';
import { Sharers } from '../src/client-connections/sharers.js';

const now = 1_790_000_000_000;
const groupOf = (number: number) => `${'f'.repeat(64)}.${number}` as GroupId;
const user = `${'1'.repeat(64)}.1` as UserId;
const session = 'a'.repeat(64) as SessionId;
const since = { time: now - 1_000, count: 0, incarnation: incarnationId.parse(`1.${'0'.repeat(16)}`) };
const basis: Basis = {
  device: 'd'.repeat(64) as DeviceId,
  group: groupOf(1),
  user,
  session,
  since,
  sessionExpires: now + 100 * GRANT_MS,
};

describe('a grant', () => {
  let identity: Identity;

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'p2p-'));
    const loaded = await loadOrCreateIdentity(join(directory, 'cluster.key'));
    await rm(directory, { recursive: true });
    if (!loaded.ok) throw new Error(loaded.message);
    ({ identity } = loaded);
  });
  const grants = () => new Grants(() => identity);
  const expiryOf = async (text: string, at = now) =>
    (await verifyGrant(text, { trusts: (key) => key === identity.id, now: at }))?.expires;

  test('says what it was asked for', async () => {
    const text = await grants().get(basis, now);
    const { sessionExpires: _, ...rest } = basis;
    const check = { trusts: (key: string) => key === identity.id, now };
    expect(await verifyGrant(text, check)).toEqual({ ...rest, expires: now + GRANT_MS });
  });

  test('is handed out again while most of its time is left, and not after', async () => {
    const own = grants();
    const first = await own.get(basis, now);
    expect(await own.get(basis, now + GRANT_MS / 4)).toBe(first);
    const later = now + GRANT_MS / 4 + 1_000;
    const next = await own.get(basis, later);
    expect(await expiryOf(next, later)).toBe(later + GRANT_MS);
  });

  test('is another one for another session, or another membership', async () => {
    const own = grants();
    const first = await own.get(basis, now);
    expect(await own.get({ ...basis, session: 'b'.repeat(64) as SessionId }, now)).not.toBe(first);
    const again = await own.get(basis, now);
    expect(await own.get({ ...basis, since: { ...since, count: 1 } }, now)).not.toBe(again);
  });

  test('does not outlive its session', async () => {
    const text = await grants().get({ ...basis, sessionExpires: now + 5_000 }, now);
    expect(await expiryOf(text)).toBe(now + 5_000);
  });

  test('is kept for so many groups, and the oldest is signed anew', async () => {
    const own = grants();
    const first = own.get(basis, now);
    for (let number = 2; number <= MAX_GRANTS_PER_CONNECTION; number++) {
      void own.get({ ...basis, group: groupOf(number) }, now);
    }
    expect(own.get(basis, now)).toBe(first);
    void own.get({ ...basis, group: groupOf(MAX_GRANTS_PER_CONNECTION + 1) }, now);
    expect(own.get(basis, now)).not.toBe(first);
  });
});

describe('who shares hears', () => {
  type Push = Extract<TrackerMessage, { type: 'access_ended' }>;
  /** Of a state: who is a member of which group, and whose the session is. */
  const state = {
    members: { has: (group: GroupId, member: UserId) => group === groupOf(1) && member === user },
    sessions: { get: (id: SessionId) => (id === session ? { user } : undefined) },
  } as unknown as State;
  const membershipEnd: EndedAccess = { what: 'membership', group: groupOf(1), user, before: since };
  const sessionEnd: EndedAccess = { what: 'session', session };

  function sharing(sharers: Sharers, ...groups: GroupId[]) {
    const pushes: Push[] = [];
    const device = { push: (message: Push) => void pushes.push(message) };
    for (const group of groups) sharers.add(group, device);
    onTestFinished(() => {
      for (const group of groups) sharers.remove(group, device);
    });
    return { device, pushes };
  }

  test('what has ended in its groups, once, and nothing of others', () => {
    const sharers = new Sharers();
    const here = sharing(sharers, groupOf(1), groupOf(2));
    const elsewhere = sharing(sharers, groupOf(3));
    sharers.tell(state, [membershipEnd, sessionEnd, { what: 'group', group: groupOf(2) }]);
    expect(here.pushes).toEqual([
      { type: 'access_ended', ended: [membershipEnd, sessionEnd, { what: 'group', group: groupOf(2) }] },
    ]);
    expect(elsewhere.pushes).toEqual([]);
  });

  test('nothing after it has gone', () => {
    const sharers = new Sharers();
    const { device, pushes } = sharing(sharers, groupOf(1));
    sharers.remove(groupOf(1), device);
    sharers.tell(state, [membershipEnd, sessionEnd]);
    expect(pushes).toEqual([]);
  });

  test('of many at once in messages of a bounded length', () => {
    const sharers = new Sharers();
    const { pushes } = sharing(sharers, groupOf(1));
    sharers.tell(state, new Array<EndedAccess>(MAX_ENDED_PER_MESSAGE + 1).fill(membershipEnd));
    expect(pushes.map(({ ended }) => ended.length)).toEqual([MAX_ENDED_PER_MESSAGE, 1]);
  });
});
