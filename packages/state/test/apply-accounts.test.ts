/** Passwords, sessions and their tombstones; and that a request acts once, wherever it was taken. */
import type { OperationBody, RequestId, SessionId } from '@p2p/protocol';
import { describe, expect, test } from 'vitest';
import { userOfSession } from '../src/index.js';
import { Device, deviceIdOf, type Member, World } from './world.js';

const loggedIn = (world: World, device: Device) => userOfSession(world.state, device.actor, world.now);

function changePassword(world: World, device: Member, credential: string) {
  const { credentialVersion } = world.state.users.get(device.user) ?? { credentialVersion: '' };
  return world.run(device, { type: 'change_password', credential, credentialVersion });
}

describe('a password change', () => {
  test("ends the user's other sessions and not the one that made it", () => {
    const world = new World();
    const laptop = world.user('alice');
    const phone = world.login(new Device('phone'), 'alice');
    const other = world.user('bob');
    changePassword(world, laptop, 'new hash');
    expect(loggedIn(world, laptop)).toBe(laptop.user);
    expect(loggedIn(world, phone)).toBeUndefined();
    expect(loggedIn(world, other)).toBe(other.user);
    expect(loggedIn(world, world.login(phone, 'alice')), 'a new log-in counts').toBe(laptop.user);
  });

  test('ends what was let in with the old password elsewhere', () => {
    const world = new World();
    const laptop = world.user('alice');
    const old = world.state.users.get(laptop.user)?.credentialVersion as RequestId;
    changePassword(world, laptop, 'new hash');
    const phone = Object.assign(new Device('phone'), { session: 'a'.repeat(64) as SessionId });
    const body = openSession(world, laptop, phone);
    expect(world.applyBody({ ...body, credentialVersion: old }, { mode: 'keep' })).toEqual({ ok: true });
    expect(loggedIn(world, phone)).toBeUndefined();
  });

  test('that sorts before a log-in with the old password refuses it, where nobody has been answered', () => {
    const world = new World();
    const laptop = world.user('alice');
    const phone = Object.assign(new Device('phone'), { session: 'a'.repeat(64) as SessionId });
    const body = openSession(world, laptop, phone);
    changePassword(world, laptop, 'new hash');
    expect(world.applyBody(body)).toEqual({ ok: false, code: 'wrong_password' });
    expect(world.state.sessions.has(phone.session)).toBe(false);
  });

  test('of two at once the earlier holds', () => {
    const world = new World();
    const laptop = world.user('alice');
    const phone = world.login(new Device('phone'), 'alice');
    const bodies = [setCredential(world, laptop, 'first'), setCredential(world, phone, 'second')];
    const outcomes = bodies.map((body) => world.applyBody(body));
    expect(outcomes).toEqual([{ ok: true }, { ok: false, code: 'wrong_password' }]);
    expect(world.state.users.get(laptop.user)?.credential).toBe('first');
    expect(loggedIn(world, laptop)).toBe(laptop.user);
    expect(loggedIn(world, phone)).toBeUndefined();
  });

  test('of two at once that have to be kept the later counts, with the session that made it', () => {
    const world = new World();
    const laptop = world.user('alice');
    const phone = world.login(new Device('phone'), 'alice');
    const { user } = laptop;
    const bodies = [setCredential(world, laptop, 'first'), setCredential(world, phone, 'second')];
    for (const body of bodies) expect(world.applyBody(body, { mode: 'keep' })).toEqual({ ok: true });
    expect(world.state.users.get(user)?.credential).toBe('second');
    expect(loggedIn(world, laptop)).toBeUndefined();
    expect(loggedIn(world, phone)).toBe(user);
  });

  test('does not carry over the session of somebody else', () => {
    const world = new World();
    const [alice, bob] = [world.user('alice'), world.user('bob')];
    world.applyBody({ ...setCredential(world, alice, 'x'), session: bob.session });
    expect(loggedIn(world, bob)).toBe(bob.user);
    expect(loggedIn(world, alice)).toBeUndefined();
  });
});

function setCredential(world: World, { user, session }: Member, credential: string) {
  const replaces = world.state.users.get(user)?.credentialVersion as RequestId;
  return { kind: 'set_credential' as const, user, credential, replaces, session };
}

function openSession(world: World, { user }: Member, { id: device, session }: Device) {
  const credentialVersion = world.state.users.get(user)?.credentialVersion as RequestId;
  const what = { user, device, credentialVersion, at: world.now, expires: world.now + 100_000 };
  return { kind: 'open_session' as const, session: session as SessionId, ...what };
}

describe('a closed session', () => {
  test('stays closed when its log-in is applied again', () => {
    const world = new World();
    const alice = world.user('alice');
    const body = openSession(world, alice, alice);
    world.run(alice, { type: 'logout' });
    expect(world.applyBody(body, { mode: 'keep' })).toEqual({ ok: true });
    expect(loggedIn(world, alice)).toBeUndefined();
    expect(world.state.sessions.get(alice.session)?.closed).toBe(true);
  });

  test('is closed once, and one that was never opened is not made', () => {
    const world = new World();
    const alice = world.user('alice');
    world.run(alice, { type: 'logout' });
    expect(world.applyBody({ kind: 'close_session', session: alice.session })).toEqual({ ok: true });
    expect(world.applyBody({ kind: 'close_session', session: 'b'.repeat(64) as SessionId })).toEqual({ ok: true });
    expect(world.state.sessions.size).toBe(1);
  });

  test('does not count again through a password change', () => {
    const world = new World();
    const alice = world.user('alice');
    world.run(alice, { type: 'logout' });
    world.applyBody(setCredential(world, alice, 'x'), { mode: 'keep' });
    expect(loggedIn(world, alice)).toBeUndefined();
  });
});

describe('what nobody knows', () => {
  const nobody = `${deviceIdOf('nobody')}.1` as Member['user'];

  test('a log-in is refused, and waits where it has to be kept', () => {
    const world = new World();
    const device = Object.assign(new Device('x'), { user: nobody, session: 'c'.repeat(64) as SessionId });
    const body = { ...openSession(world, device, device), credentialVersion: `${deviceIdOf('nobody')}.1` as RequestId };
    expect(world.applyBody(body)).toEqual({ ok: false, code: 'wrong_password' });
    expect(world.applyBody(body, { mode: 'keep' })).toEqual({ ok: true });
    expect(world.state.sessions.has(device.session)).toBe(true);
    expect(loggedIn(world, device)).toBeUndefined();
  });

  test('a password change is refused', () => {
    const world = new World();
    const device = Object.assign(new Device('x'), { user: nobody, session: 'c'.repeat(64) as SessionId });
    expect(world.applyBody(setCredential(world, device, 'x'))).toEqual({ ok: false, code: 'no_such_user' });
  });
});

describe('a request that two trackers took', () => {
  test('acts once: what came in between is not undone', () => {
    const world = new World();
    const laptop = world.user('alice');
    const first = changePassword(world, laptop, 'first');
    changePassword(world, laptop, 'second');
    expect(world.applyBody(first.body, { requestId: first.requestId, mode: 'keep' })).toEqual({ ok: true });
    expect(world.state.users.get(laptop.user)?.credential).toBe('second');
  });

  test('acts once: who was removed and came back stays', () => {
    const world = new World();
    const [alice, bob] = [world.user('alice'), world.user('bob')];
    const group = world.group('films', alice, bob);
    const removal = world.run(alice, { type: 'remove_member', group: 'films', user: 'bob' });
    world.admit('films', alice, bob);
    expect(world.applyBody(removal.body, { requestId: removal.requestId, mode: 'keep' })).toEqual({ ok: true });
    expect(world.state.members.has(group, bob.user)).toBe(true);
  });

  test('is refused the second time as the first, unless it has to be kept', () => {
    const world = new World();
    const [alice, bob] = [world.user('alice'), world.user('bob')];
    world.group('films', alice);
    const requestId = bob.nextRequest();
    const group = requestId as string as Parameters<typeof world.state.groups.get>[0];
    const body: OperationBody = { kind: 'create_group', group, name: 'films' as never, owner: bob.user };
    expect(world.applyBody(body, { requestId })).toEqual({ ok: false, code: 'already_exists' });
    world.run(alice, { type: 'delete_group', group: 'films' });
    expect(world.applyBody(body, { requestId })).toEqual({ ok: false, code: 'already_exists' });
    expect(world.applyBody(body, { requestId, mode: 'keep' })).toEqual({ ok: true });
    expect(world.state.groups.get(group)?.name).toBe('films');
  });
});
