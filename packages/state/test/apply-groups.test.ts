/** How groups begin, change hands and end. */
import type { GroupId, OperationBody, OperationMode, UserId } from '@p2p/protocol';
import { describe, expect, test } from 'vitest';
import { fileByName, groupByName } from '../src/index.js';
import { takeBack } from '../src/table.js';
import { deviceIdOf, type Member, rootOf, World } from './world.js';

function owners(world: World, group: GroupId): string[] {
  const rows = [...world.state.members.of(group).entries()].filter(([, { owner }]) => owner);
  return rows.map(([user]) => world.state.users.get(user as UserId)?.name ?? user).sort();
}

/** Films, owned by alice, with bob, carol and dave as members, in this order. */
function films() {
  const world = new World();
  const [alice, bob, carol, dave] = ['alice', 'bob', 'carol', 'dave'].map((name) => world.user(name)) as [
    Member,
    Member,
    Member,
    Member,
  ];
  const group = world.group('films', alice, bob, carol, dave);
  return { world, group, alice, bob, carol, dave };
}

describe('a group that loses its only owner', () => {
  test('goes to the longest member', () => {
    const { world, group, alice } = films();
    world.run(alice, { type: 'leave_group', group: 'films' });
    expect(owners(world, group)).toEqual(['bob']);
  });

  test('goes to the longest member by stamps, whatever order its table is in after taking back', () => {
    const { world, group, alice, bob } = films();
    const writes = world.state.log.record(() => {
      world.state.members.delete(group, bob.user);
    });
    takeBack(writes);
    expect([...world.state.members.of(group).entries()].at(-1)?.[0], 'bob is the last in the Map now').toBe(bob.user);
    world.run(alice, { type: 'leave_group', group: 'films' });
    expect(owners(world, group)).toEqual(['bob']);
  });

  test('who left and came back is not the longest any more', () => {
    const { world, group, alice, bob } = films();
    world.run(bob, { type: 'leave_group', group: 'films' });
    world.admit('films', alice, bob);
    world.run(alice, { type: 'leave_group', group: 'films' });
    expect(owners(world, group)).toEqual(['carol']);
  });

  test('stays with another owner where there is one', () => {
    const { world, group, alice } = films();
    world.run(alice, { type: 'add_owner', group: 'films', user: 'dave' });
    world.run(alice, { type: 'leave_group', group: 'films' });
    expect(owners(world, group)).toEqual(['dave']);
  });

  test('has an heir too where two owners took it from each other at once', () => {
    const { world, group, alice, bob } = films();
    world.run(alice, { type: 'add_owner', group: 'films', user: 'bob' });
    const body = (user: UserId): OperationBody => ({ kind: 'remove_owner', group, user });
    expect(world.applyBody(body(alice.user), { mode: 'keep' })).toEqual({ ok: true });
    expect(world.applyBody(body(bob.user), { mode: 'reject' })).toEqual({ ok: false, code: 'last_owner' });
    expect(world.applyBody(body(bob.user), { mode: 'keep' })).toEqual({ ok: true });
    expect(owners(world, group)).toHaveLength(1);
  });
});

describe('a group that ends', () => {
  test('ends with its last member, and its name is free', () => {
    const world = new World();
    const alice = world.user('alice');
    const group = world.group('films', alice);
    world.run(alice, { type: 'leave_group', group: 'films' });
    expect(world.state.groups.get(group)?.ended).toBe(true);
    expect(groupByName(world.state, 'films')).toBeUndefined();
    expect(world.group('films', alice)).not.toBe(group);
  });

  test('leaves no members, requests or files behind', () => {
    const { world, group, alice } = films();
    const erin = world.user('erin');
    world.run(erin, { type: 'join_group', group: 'films' });
    const file = world.share(alice, 'films', 'a.mkv');
    world.run(alice, { type: 'delete_group', group: 'films' });
    expect(world.state.members.of(group).size).toBe(0);
    expect(world.state.requests.of(group).size).toBe(0);
    expect(fileByName(world.state, group, 'a.mkv')).toBeUndefined();
    expect(world.state.files.get(file)?.removed).toBe(true);
  });

  test.each(['reject', 'keep'] as const)('takes nothing in any more (%s)', (mode) => {
    const { world, group, alice, bob } = films();
    const erin = world.user('erin');
    world.run(alice, { type: 'delete_group', group: 'films' });
    const what = { bytes: 1, pieceLength: 262_144, root: rootOf('x') };
    const expected = mode === 'reject' ? { ok: false, code: 'no_such_group' } : { ok: true };
    for (const body of [
      { kind: 'request_membership', group, user: erin.user },
      { kind: 'accept_membership', group, user: erin.user },
      { kind: 'reject_membership', group, user: erin.user },
      { kind: 'end_membership', group, user: bob.user },
      { kind: 'add_owner', group, user: bob.user },
      { kind: 'remove_owner', group, user: alice.user },
      { kind: 'delete_group', group },
      { kind: 'share_file', file: `${deviceIdOf('x')}.1`, group, name: 'x', by: alice.user, ...what },
    ] as OperationBody[]) {
      expect(world.applyBody(body, { mode }), body.kind).toEqual(expected);
    }
    expect(world.state.members.of(group).size).toBe(0);
  });
});

describe('a race between trackers that see each other is decided by the order', () => {
  type Kind = 'request_membership' | 'accept_membership' | 'reject_membership' | 'end_membership' | 'add_owner';
  const races: [Kind, 'bob' | 'erin' | 'frank', code: string][] = [
    ['request_membership', 'bob', 'already_member'],
    ['request_membership', 'frank', 'already_requested'],
    ['accept_membership', 'bob', 'already_member'],
    ['accept_membership', 'erin', 'no_such_request'],
    ['reject_membership', 'erin', 'no_such_request'],
    ['end_membership', 'erin', 'no_such_user'],
    ['add_owner', 'erin', 'no_such_user'],
  ];

  test.each(races)('%s of %s', (kind, who, code) => {
    const { world, group, bob } = films();
    const devices = { bob, erin: world.user('erin'), frank: world.user('frank') };
    world.run(devices.frank, { type: 'join_group', group: 'films' });
    const apply = (mode: OperationMode) => world.applyBody({ kind, group, user: devices[who].user }, { mode });
    expect(apply('reject')).toEqual({ ok: false, code });
    expect(world.state.members.of(group).size).toBe(4);
    expect(world.state.requests.of(group).size).toBe(1);
    expect(apply('keep')).toEqual({ ok: true });
    expect(world.state.members.has(group, devices.erin.user)).toBe(kind === 'accept_membership' && who === 'erin');
  });

  test('leaving twice speaks of oneself', () => {
    const { world, group, bob } = films();
    const body = { kind: 'end_membership' as const, group, user: bob.user };
    expect(world.applyBody(body, { actor: bob.user })).toEqual({ ok: true });
    expect(world.applyBody(body, { actor: bob.user })).toEqual({ ok: false, code: 'not_a_member' });
  });
});

describe('what is kept for a group that is not there yet waits for it', () => {
  const group = `${deviceIdOf('elsewhere')}.900` as GroupId;

  test('a membership and a file are there when the group comes', () => {
    const world = new World();
    const [alice, bob] = [world.user('alice'), world.user('bob')];
    const what = { bytes: 1, pieceLength: 262_144, root: rootOf('x'), by: bob.user };
    const file = { kind: 'share_file', file: `${deviceIdOf('x')}.1`, group, name: 'x', ...what } as OperationBody;
    expect(world.applyBody({ kind: 'accept_membership', group, user: bob.user }, { mode: 'keep' }).ok).toBe(true);
    expect(world.applyBody(file, { mode: 'keep' }).ok).toBe(true);
    world.applyBody({ kind: 'create_group', group, name: 'films' as never, owner: alice.user }, { mode: 'keep' });
    expect(world.state.members.get(group, bob.user)?.owner).toBe(false);
    expect(owners(world, group)).toEqual(['alice']);
    expect(fileByName(world.state, group, 'x')).toBeDefined();
  });

  test('nobody inherits it before it has begun', () => {
    const world = new World();
    const [alice, bob, carol] = [world.user('alice'), world.user('bob'), world.user('carol')];
    for (const { user } of [bob, carol]) world.applyBody({ kind: 'accept_membership', group, user }, { mode: 'keep' });
    world.applyBody({ kind: 'end_membership', group, user: carol.user }, { mode: 'keep' });
    world.applyBody({ kind: 'create_group', group, name: 'films' as never, owner: alice.user }, { mode: 'keep' });
    expect(owners(world, group)).toEqual(['alice']);
  });

  test('its founder does not ask to join it', () => {
    const world = new World();
    const alice = world.user('alice');
    world.applyBody({ kind: 'request_membership', group, user: alice.user }, { mode: 'keep' });
    world.applyBody({ kind: 'create_group', group, name: 'films' as never, owner: alice.user }, { mode: 'keep' });
    expect(world.state.requests.of(group).size).toBe(0);
  });
});
