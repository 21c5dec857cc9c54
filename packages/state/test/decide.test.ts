/**
 * Policy, as a table: who asks for what, and what it comes to. Where two refusals compete, the case's name says so and
 * the one that is due first is expected: session, group, what the actor may, the other user, the other's state, the file.
 */
import { describe, expect, test } from 'vitest';
import type { CommandType } from '../src/index.js';
import { codeOf, Device, deviceIdOf, type Member, type PlainCommand, shareOf, World } from './world.js';

/**
 * films: alice and anton own it, bob (who shared film.mkv) and ben are members, carol has asked to join. Dave is in
 * nothing but books, which he owns alone.
 */
function fixture() {
  const world = new World();
  const alice = world.user('alice');
  const anton = world.user('anton');
  const bob = world.user('bob');
  const ben = world.user('ben');
  const carol = world.user('carol');
  const dave = world.user('dave');
  world.group('films', alice, anton, bob, ben);
  world.run(alice, { type: 'add_owner', group: 'films', user: 'anton' });
  world.share(bob, 'films', 'film.mkv');
  world.run(carol, { type: 'join_group', group: 'films' });
  world.group('books', dave);
  return { world, devices: { alice, anton, bob, ben, carol, dave, stranger: new Device('stranger') } };
}

type Who = keyof ReturnType<typeof fixture>['devices'];
type Case = [title: string, who: Who, command: PlainCommand | ((world: World) => PlainCommand), expected: string];

const loginAs = (name: string, credentialVersion?: string) => (world: World) => {
  const user = [...world.state.users.entries()].find(([, row]) => row.name === name)?.[1];
  return {
    type: 'login' as const,
    user: user?.id ?? `${'0'.repeat(64)}.1`,
    credentialVersion: credentialVersion ?? user?.credentialVersion ?? '',
    session: 'f'.repeat(64),
    expires: world.now + 1_000,
  };
};

const newPassword = (credentialVersion?: string) => (world: World) => ({
  type: 'change_password' as const,
  credential: 'new hash',
  credentialVersion: credentialVersion ?? String(loginAs('bob')(world).credentialVersion),
});

type OnUser = 'accept_request' | 'reject_request' | 'remove_member' | 'add_owner' | 'remove_owner';
const on = (type: OnUser, user: string, group = 'films'): PlainCommand => ({ type, user, group });

/** What all commands of an owner concerning another user have in common. */
const standing = (type: OnUser): Case[] => [
  ['no session before no group', 'stranger', on(type, 'bob', 'nowhere'), 'not_logged_in'],
  ['no group before no user', 'dave', on(type, 'nobody', 'nowhere'), 'no_such_group'],
  ['no member before no user', 'dave', on(type, 'nobody'), 'not_a_member'],
  ['whoever has only asked is no member', 'carol', on(type, 'bob'), 'not_a_member'],
  ['no owner before no user', 'bob', on(type, 'nobody'), 'not_an_owner'],
  ['no such user', 'alice', on(type, 'nobody'), 'no_such_user'],
];

const cases: { readonly [T in CommandType]: Case[] } = {
  create_user: [
    ['needs no log-in', 'stranger', { type: 'create_user', user: 'erin', credential: 'hash' }, 'operation'],
    ['taken', 'stranger', { type: 'create_user', user: 'bob', credential: 'hash' }, 'already_exists'],
    ['names are compared exactly', 'stranger', { type: 'create_user', user: 'Bob', credential: 'hash' }, 'operation'],
  ],
  login: [
    ['needs no log-in', 'stranger', loginAs('bob'), 'operation'],
    ['replaces another', 'alice', loginAs('bob'), 'operation'],
    ['no such user', 'stranger', loginAs('nobody'), 'wrong_password'],
    ['the password changed meanwhile', 'stranger', loginAs('bob', `${'0'.repeat(64)}.7`), 'wrong_password'],
  ],
  logout: [
    ['logged in', 'bob', { type: 'logout' }, 'operation'],
    ['not logged in', 'stranger', { type: 'logout' }, 'not_logged_in'],
  ],
  revoke_device: [
    ['the one that asks', 'bob', { type: 'revoke_device', device: deviceIdOf('bob') }, 'operation'],
    ['no session before no device', 'stranger', { type: 'revoke_device', device: deviceIdOf('no') }, 'not_logged_in'],
    ['no such device', 'bob', { type: 'revoke_device', device: deviceIdOf('no') }, 'bad_request'],
    ["another user's device", 'bob', { type: 'revoke_device', device: deviceIdOf('alice') }, 'bad_request'],
  ],
  change_password: [
    ['logged in', 'bob', newPassword(), 'operation'],
    ['no session before wrong password', 'stranger', newPassword('other'), 'not_logged_in'],
    ['the password changed meanwhile', 'bob', newPassword('other'), 'wrong_password'],
  ],
  create_group: [
    ['free', 'dave', { type: 'create_group', group: 'music' }, 'operation'],
    ['no session before taken', 'stranger', { type: 'create_group', group: 'films' }, 'not_logged_in'],
    ['taken', 'dave', { type: 'create_group', group: 'films' }, 'already_exists'],
    ['a user may have the name', 'dave', { type: 'create_group', group: 'bob' }, 'operation'],
  ],
  join_group: [
    ['may ask', 'dave', { type: 'join_group', group: 'films' }, 'operation'],
    ['no session before no group', 'stranger', { type: 'join_group', group: 'nowhere' }, 'not_logged_in'],
    ['no such group', 'bob', { type: 'join_group', group: 'nowhere' }, 'no_such_group'],
    ['is a member', 'bob', { type: 'join_group', group: 'films' }, 'already_member'],
    ['has asked', 'carol', { type: 'join_group', group: 'films' }, 'already_requested'],
  ],
  leave_group: [
    ['a member', 'bob', { type: 'leave_group', group: 'films' }, 'operation'],
    ['an only owner', 'dave', { type: 'leave_group', group: 'books' }, 'operation'],
    ['no session before no group', 'stranger', { type: 'leave_group', group: 'nowhere' }, 'not_logged_in'],
    ['no such group', 'dave', { type: 'leave_group', group: 'nowhere' }, 'no_such_group'],
    ['no member', 'dave', { type: 'leave_group', group: 'films' }, 'not_a_member'],
    ['has only asked', 'carol', { type: 'leave_group', group: 'films' }, 'not_a_member'],
  ],
  delete_group: [
    ['an owner', 'anton', { type: 'delete_group', group: 'films' }, 'operation'],
    ['no session before no group', 'stranger', { type: 'delete_group', group: 'nowhere' }, 'not_logged_in'],
    ['no such group', 'dave', { type: 'delete_group', group: 'nowhere' }, 'no_such_group'],
    ['no member before no owner', 'dave', { type: 'delete_group', group: 'films' }, 'not_a_member'],
    ['no owner', 'bob', { type: 'delete_group', group: 'films' }, 'not_an_owner'],
  ],
  accept_request: [
    ['has asked', 'alice', on('accept_request', 'carol'), 'operation'],
    ...standing('accept_request'),
    ['is a member', 'alice', on('accept_request', 'bob'), 'already_member'],
    ['never asked', 'alice', on('accept_request', 'dave'), 'no_such_request'],
  ],
  reject_request: [
    ['has asked', 'alice', on('reject_request', 'carol'), 'operation'],
    ...standing('reject_request'),
    ['is a member', 'alice', on('reject_request', 'bob'), 'already_member'],
    ['never asked', 'alice', on('reject_request', 'dave'), 'no_such_request'],
  ],
  remove_member: [
    ['a member', 'alice', on('remove_member', 'bob'), 'operation'],
    ['another owner', 'alice', on('remove_member', 'anton'), 'operation'],
    ...standing('remove_member'),
    ['has only asked', 'alice', on('remove_member', 'carol'), 'no_such_user'],
    ['is elsewhere', 'alice', on('remove_member', 'dave'), 'no_such_user'],
  ],
  add_owner: [
    ['a member', 'alice', on('add_owner', 'bob'), 'operation'],
    ...standing('add_owner'),
    ['has only asked', 'alice', on('add_owner', 'carol'), 'no_such_user'],
    ['owns it already', 'alice', on('add_owner', 'anton'), 'already_owner'],
    ['oneself', 'alice', on('add_owner', 'alice'), 'already_owner'],
  ],
  remove_owner: [
    ['another owner', 'alice', on('remove_owner', 'anton'), 'operation'],
    ['oneself, where another is left', 'alice', on('remove_owner', 'alice'), 'operation'],
    ...standing('remove_owner'),
    ['is elsewhere', 'alice', on('remove_owner', 'dave'), 'no_such_user'],
    ['a member who owns nothing', 'alice', on('remove_owner', 'bob'), 'not_an_owner'],
    ['no such user before the last owner', 'dave', on('remove_owner', 'nobody', 'books'), 'no_such_user'],
    ['the last one', 'dave', on('remove_owner', 'dave', 'books'), 'last_owner'],
  ],
  share_file: [
    ['a new name', 'ben', shareOf('films', 'new.mkv', 'new'), 'operation'],
    ['the same content in a group that has it not', 'dave', shareOf('books', 'film.mkv', 'film.mkv'), 'operation'],
    ['the same content under the same name', 'ben', shareOf('films', 'film.mkv', 'film.mkv'), 'unchanged'],
    ['no session before no group', 'stranger', shareOf('nowhere', 'film.mkv', 'x'), 'not_logged_in'],
    ['no such group', 'dave', shareOf('nowhere', 'film.mkv', 'x'), 'no_such_group'],
    ['no member before a taken name', 'dave', shareOf('films', 'film.mkv', 'x'), 'not_a_member'],
    ['no member, although nothing would change', 'dave', shareOf('films', 'film.mkv', 'film.mkv'), 'not_a_member'],
    ['other content under the same name', 'bob', shareOf('films', 'film.mkv', 'x'), 'already_exists'],
  ],
  remove_file: [
    ['its uploader', 'bob', { type: 'remove_file', group: 'films', file: 'film.mkv' }, 'operation'],
    ['an owner', 'alice', { type: 'remove_file', group: 'films', file: 'film.mkv' }, 'operation'],
    ['no session before no group', 'stranger', { type: 'remove_file', group: 'nowhere', file: 'x' }, 'not_logged_in'],
    ['no group before no file', 'dave', { type: 'remove_file', group: 'nowhere', file: 'x' }, 'no_such_group'],
    ['no member before no file', 'dave', { type: 'remove_file', group: 'films', file: 'x' }, 'not_a_member'],
    ['no such file', 'ben', { type: 'remove_file', group: 'films', file: 'x' }, 'no_such_file'],
    ['neither', 'ben', { type: 'remove_file', group: 'films', file: 'film.mkv' }, 'not_an_owner'],
  ],
};

for (const [type, rows] of Object.entries(cases)) {
  describe(type, () => {
    test.each(rows)('%s (%s)', (_title, who, command, expected) => {
      const { world, devices } = fixture();
      const before = world.digest();
      const decision = world.judge(devices[who], typeof command === 'function' ? command(world) : command);
      expect(codeOf(decision)).toBe(expected);
      expect(world.digest(), 'deciding changes nothing').toBe(before);
      if (!('stamp' in decision)) return;
      expect(decision.actor).toBe(devices[who].user ?? null);
      expect(world.apply(decision), 'what was decided can be applied').toEqual({ ok: true });
    });
  });
}

describe('sessions', () => {
  const whoMay = (world: World, device: Device) => codeOf(world.judge(device, { type: 'join_group', group: 'films' }));

  test('one that has expired is none', () => {
    const { world, devices } = fixture();
    const expires = world.state.sessions.get(devices.dave.session)?.expires ?? 0;
    world.now = expires - 2;
    expect(whoMay(world, devices.dave)).toBe('operation');
    expect(whoMay(world, devices.dave)).toBe('not_logged_in');
  });

  test("another device's is none", () => {
    const { world, devices } = fixture();
    const thief: Member = Object.assign(new Device('thief'), {
      user: devices.dave.user,
      session: devices.dave.session,
    });
    expect(whoMay(world, thief)).toBe('not_logged_in');
  });

  test('one that was closed is none', () => {
    const { world, devices } = fixture();
    world.run(devices.dave, { type: 'logout' });
    expect(whoMay(world, devices.dave)).toBe('not_logged_in');
  });
});

test('the operation carries its place, its request and its mode', () => {
  const world = new World();
  const device = new Device('erin');
  const decision = world.judge(device, { type: 'create_user', user: 'erin', credential: 'hash' }, 'keep');
  expect(decision).toEqual({
    stamp: { time: world.now, count: 0, incarnation: '1.0000000000000001' },
    seq: 1,
    requestId: `${device.id}.1`,
    mode: 'keep',
    actor: null,
    body: { kind: 'create_user', user: `${device.id}.1`, name: 'erin', credential: 'hash' },
  });
});
