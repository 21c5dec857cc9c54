/** A user's sessions: how they are found, how many there may be, and what ends them. */
import { MAX_SESSIONS_PER_USER, type SessionId } from '@p2p/protocol';
import { describe, expect, test } from 'vitest';
import { sessionsInForce, sessionsOfUser, userOfSession } from '../src/index.js';
import { decodeRows, encodeRows, type RowChange, StateLoader, tablesToWrite } from '../src/rows.js';
import { Device, deviceIdOf, type Member, sessionIdOf, World } from './world.js';

const HOUR_MS = 3_600_000;
const elsewhere = deviceIdOf('elsewhere');

const idsOf = (world: World, { user }: Member) => sessionsOfUser(world.state, user).map(({ id }) => id);
const isIn = (world: World, device: Device) => userOfSession(world.state, device.actor, world.now) !== undefined;

/** A log-in of this user at another tracker, on a device of its own. */
const logInElsewhere = (world: World, member: Member, number: number, what: { at?: number; expires?: number } = {}) =>
  world.loginElsewhere(member, { session: sessionIdOf(elsewhere, number), device: deviceIdOf(`${number}`), ...what });

describe('the sessions of a user', () => {
  test('are found in the order in which they were opened, and those of others are not', () => {
    const world = new World();
    const [alice, bob] = [world.user('alice'), world.user('bob')];
    const second = logInElsewhere(world, alice, 1);
    expect(idsOf(world, alice)).toEqual([alice.session, second]);
    expect(idsOf(world, bob)).toEqual([bob.session]);
    expect(sessionsOfUser(world.state, `${elsewhere}.1` as Member['user'])).toEqual([]);
  });

  test('are found again in what was written down', () => {
    const world = new World();
    const alice = world.user('alice');
    logInElsewhere(world, alice, 1);
    const rows = [...tablesToWrite(world.state)].flatMap((table) =>
      [...table.entries()].map(([key, row]): RowChange => [table.path.name, table.path.outer, key, row]),
    );
    const loader = new StateLoader();
    loader.add(decodeRows(encodeRows(rows)) ?? []);
    expect(sessionsOfUser(loader.finish(), alice.user)).toEqual(sessionsOfUser(world.state, alice.user));
  });

  test('in force are those that are open, not expired, and of the current password', () => {
    const world = new World();
    const alice = world.user('alice');
    const short = logInElsewhere(world, alice, 1, { expires: world.now + 10 });
    const inForce = () => sessionsInForce(world.state, alice.user, world.now).map(({ id }) => id);
    expect(inForce()).toEqual([alice.session, short]);
    world.now += 20;
    expect(inForce()).toEqual([alice.session]);
    world.applyBody({ kind: 'reset_credential', user: alice.user, credential: 'new hash' });
    expect(inForce()).toEqual([]);
  });
});

describe('room for one more', () => {
  test('is made by those that had run out by the clock of the log-in', () => {
    const world = new World();
    const alice = world.user('alice');
    const runOut = logInElsewhere(world, alice, 1, { expires: world.now + 10 });
    const running = logInElsewhere(world, alice, 2, { expires: world.now + 11 });
    const now = world.now + 10;
    const last = logInElsewhere(world, alice, 3, { at: now - 2, expires: now + HOUR_MS });
    expect(idsOf(world, alice)).not.toContain(runOut);
    expect(idsOf(world, alice)).toEqual([alice.session, running, last]);
  });

  test('is not needed up to the bound, and made by the one that was used the longest ago beyond it', () => {
    const world = new World();
    const alice = world.user('alice');
    for (let number = 2; number <= MAX_SESSIONS_PER_USER; number++) logInElsewhere(world, alice, number);
    expect(idsOf(world, alice)).toHaveLength(MAX_SESSIONS_PER_USER);
    // The first log-in is in use still, the second one is the oldest that is not.
    world.applyBody({ kind: 'see_session', session: alice.session, at: world.now + HOUR_MS });
    logInElsewhere(world, alice, 1_000);
    expect(idsOf(world, alice)).toHaveLength(MAX_SESSIONS_PER_USER);
    expect(idsOf(world, alice)).toContain(alice.session);
    expect(idsOf(world, alice)).not.toContain(sessionIdOf(elsewhere, 2));
    expect(idsOf(world, alice)).toContain(sessionIdOf(elsewhere, 3));
  });

  test('is made first of all by what is over', () => {
    const world = new World();
    const alice = world.user('alice');
    for (let number = 2; number <= MAX_SESSIONS_PER_USER; number++) logInElsewhere(world, alice, number);
    const closed = sessionIdOf(elsewhere, MAX_SESSIONS_PER_USER);
    world.applyBody({ kind: 'close_session', session: closed });
    logInElsewhere(world, alice, 1_000);
    expect(idsOf(world, alice)).not.toContain(closed);
    expect(isIn(world, alice), 'the oldest stays').toBe(true);
  });

  test('is never made by the one that comes, however early its clock says that it is', () => {
    const world = new World();
    const alice = world.user('alice');
    for (let number = 2; number <= MAX_SESSIONS_PER_USER; number++) logInElsewhere(world, alice, number);
    const last = logInElsewhere(world, alice, 1_000, { at: 5 });
    expect(idsOf(world, alice)).toContain(last);
  });
});

describe('a session', () => {
  test('ends when its device logs in anew, as whomever', () => {
    const world = new World();
    const [alice] = [world.user('alice'), world.user('bob')];
    const former = { ...alice.actor };
    world.login(alice, 'bob');
    expect(userOfSession(world.state, former, world.now)).toBeUndefined();
    expect(world.state.sessions.get(former.session as SessionId)?.closed).toBe(true);
    expect(isIn(world, alice)).toBe(true);
  });

  test('does not end by a log-in that is refused', () => {
    const world = new World();
    const alice = world.user('alice');
    const { session, user } = alice;
    const credentialVersion = `${elsewhere}.9` as never;
    const what = { device: alice.id, credentialVersion, at: world.now, expires: world.now + HOUR_MS };
    const body = {
      kind: 'open_session',
      session: 'a'.repeat(64) as SessionId,
      user,
      replaces: session,
      ...what,
    } as const;
    expect(world.applyBody(body)).toEqual({ ok: false, code: 'wrong_password' });
    expect(isIn(world, alice)).toBe(true);
  });

  test('was seen at the latest time that was noted, whatever order that came in', () => {
    const world = new World();
    const alice = world.user('alice');
    const { session } = alice;
    world.applyBody({ kind: 'see_session', session, at: world.now + 50 });
    const seen = world.state.sessions.get(session)?.seen;
    world.applyBody({ kind: 'see_session', session, at: world.now - 50 });
    expect(world.state.sessions.get(session)?.seen).toBe(seen);
    expect(world.applyBody({ kind: 'see_session', session: 'b'.repeat(64) as SessionId, at: 1 })).toEqual({ ok: true });
    expect(world.state.sessions.size).toBe(1);
  });
});

describe('a reset password', () => {
  const reset = (world: World, { user }: Member) =>
    world.applyBody({ kind: 'reset_credential', user, credential: 'reset hash' }, { mode: 'keep' });

  function change(world: World, { user, session }: Member, replaces: string) {
    const body = { kind: 'set_credential', user, credential: 'changed hash', session } as const;
    return world.applyBody({ ...body, replaces: replaces as never }, { mode: 'keep' });
  }

  const credentialOf = (world: World, { user }: Member) => world.state.users.get(user)?.credential;
  const versionOf = (world: World, { user }: Member) => world.state.users.get(user)?.credentialVersion ?? '';

  test('ends all sessions, that of the former password and those opened by it later', () => {
    const world = new World();
    const alice = world.user('alice');
    const former = versionOf(world, alice);
    expect(reset(world, alice)).toEqual({ ok: true });
    const late = Object.assign(new Device('late'), { session: sessionIdOf(elsewhere, 1) });
    const body = { kind: 'open_session', session: late.session, user: alice.user, device: late.id } as const;
    const times = { at: world.now, expires: world.now + HOUR_MS };
    world.applyBody({ ...body, ...times, credentialVersion: former as never }, { mode: 'keep' });
    expect([alice, late].map((device) => isIn(world, device))).toEqual([false, false]);
    expect(isIn(world, world.login(alice, 'alice'))).toBe(true);
  });

  test('holds against a change that a tracker made which had not heard of it', () => {
    const world = new World();
    const alice = world.user('alice');
    const former = versionOf(world, alice);
    reset(world, alice);
    expect(change(world, alice, former)).toEqual({ ok: true });
    expect(credentialOf(world, alice)).toBe('reset hash');
    expect(isIn(world, alice)).toBe(false);
  });

  test('is changed by its user, and is a password like any other then', () => {
    const world = new World();
    const alice = world.user('alice');
    reset(world, alice);
    const resetVersion = versionOf(world, alice);
    world.login(alice, 'alice');
    change(world, alice, resetVersion);
    expect(credentialOf(world, alice)).toBe('changed hash');
    expect(isIn(world, alice)).toBe(true);
    world.applyBody(
      {
        kind: 'set_credential',
        user: alice.user,
        credential: 'later',
        session: alice.session,
        replaces: resetVersion as never,
      },
      { mode: 'keep' },
    );
    expect(credentialOf(world, alice), 'of two kept changes the later counts').toBe('later');
  });

  test('of nobody is refused', () => {
    const world = new World();
    const user = `${elsewhere}.1` as Member['user'];
    expect(world.applyBody({ kind: 'reset_credential', user, credential: 'x' }, { mode: 'keep' })).toEqual({
      ok: false,
      code: 'no_such_user',
    });
  });
});
