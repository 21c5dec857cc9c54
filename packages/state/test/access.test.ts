/** What a device may have rests on a session and a membership; which operations end it, and which only look as if. */
import type { EndedAccess, GroupId, Operation } from '@p2p/protocol';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Access, accessEndedBy, accessOf, hasEnded } from '../src/index.js';
import { Device, type Member, World } from './world.js';

let world: World;
let ann: Member;
let ben: Member;
let films: GroupId;

beforeEach(() => {
  world = new World();
  ann = world.user('ann');
  ben = world.user('ben');
  films = world.group('films', ann, ben);
});

const accessOfBen = () => accessOf(world.state, ben.actor, { group: films, now: world.now });
const had = (): Access => accessOfBen() as Access;
const endedBy = (...operations: Operation[]): EndedAccess[] => accessEndedBy(world.state, operations);
const isOver = (access: Access) => hasEnded(world.state, access, world.now);

describe('a device may have a group’s bytes', () => {
  test('with its own session of a member', () => {
    const since = world.state.members.get(films, ben.user)?.since;
    expect(accessOfBen()).toMatchObject({ device: ben.id, group: films, user: ben.user, session: ben.session, since });
  });

  test('not without a session, nor with one of another device', () => {
    const { session } = ben;
    for (const actor of [
      { device: ben.id, session: undefined },
      { device: ann.id, session },
    ]) {
      expect(accessOf(world.state, actor, { group: films, now: world.now })).toBeUndefined();
    }
  });

  test('not after the session has expired', () => {
    const { sessionExpires } = had();
    expect(accessOf(world.state, ben.actor, { group: films, now: sessionExpires - 1 })).toBeDefined();
    expect(accessOf(world.state, ben.actor, { group: films, now: sessionExpires })).toBeUndefined();
  });

  test('not before the user is let in', () => {
    const cat = world.user('cat');
    world.run(cat, { type: 'join_group', group: 'films' });
    expect(accessOf(world.state, cat.actor, { group: films, now: world.now })).toBeUndefined();
  });

  test('not of a group that its membership still waits for', () => {
    const group = `${ann.id}.999` as GroupId;
    world.applyBody({ kind: 'accept_membership', group, user: ben.user }, { mode: 'keep' });
    expect(world.state.members.has(group, ben.user)).toBe(true);
    expect(accessOf(world.state, ben.actor, { group, now: world.now })).toBeUndefined();
  });
});

describe('it ends', () => {
  test('by being removed', () => {
    const access = had();
    expect(isOver(access)).toBe(false);
    const removed = world.run(ann, { type: 'remove_member', group: 'films', user: 'ben' });
    expect(endedBy(removed)).toEqual([{ what: 'membership', group: films, user: ben.user, before: removed.stamp }]);
    expect(isOver(access)).toBe(true);
  });

  test('by leaving, also for who comes back: that is another membership', () => {
    const access = had();
    const left = world.run(ben, { type: 'leave_group', group: 'films' });
    world.admit('films', ann, ben);
    expect(endedBy(left)).toEqual([{ what: 'membership', group: films, user: ben.user, before: left.stamp }]);
    expect(isOver(access)).toBe(true);
    expect(isOver(had())).toBe(false);
  });

  test('with the group', () => {
    const access = had();
    const deleted = world.run(ann, { type: 'delete_group', group: 'films' });
    expect(endedBy(deleted)).toEqual([{ what: 'group', group: films }]);
    expect(isOver(access)).toBe(true);
  });

  test('by logging out', () => {
    const access = had();
    const out = world.run(ben, { type: 'logout' });
    expect(endedBy(out)).toEqual([{ what: 'session', session: access.session }]);
    expect(isOver(access)).toBe(true);
  });

  test('by a password that was changed on another device, not on this one', () => {
    const access = had();
    const other = world.login(new Device('ben’s other device'), 'ben');
    const { credentialVersion } = world.state.users.get(ben.user) ?? { credentialVersion: '' };
    const changed = world.run(other, { type: 'change_password', credentialVersion, credential: 'another' });
    expect(endedBy(changed)).toEqual([{ what: 'session', session: access.session }]);
    expect(isOver(access)).toBe(true);
    const others = accessOf(world.state, other.actor, { group: films, now: world.now }) as Access;
    expect(isOver(others)).toBe(false);
  });

  test('by a password that was reset, on every device', () => {
    const access = had();
    const other = world.login(new Device('ben’s other device'), 'ben');
    world.applyBody({ kind: 'reset_credential', user: ben.user, credential: 'another' }, { mode: 'keep' });
    expect(endedBy(world.operations.at(-1) as Operation)).toEqual([
      { what: 'session', session: access.session },
      { what: 'session', session: other.session },
    ]);
    expect(isOver(access)).toBe(true);
  });

  test('on a device that was revoked, not on another one', () => {
    const access = had();
    const other = world.login(new Device('ben’s other device'), 'ben');
    const revoked = world.run(other, { type: 'revoke_device', device: ben.id });
    expect(endedBy(revoked)).toEqual([{ what: 'session', session: access.session }]);
    expect(isOver(access)).toBe(true);
    expect(isOver(accessOf(world.state, other.actor, { group: films, now: world.now }) as Access)).toBe(false);
  });

  test('by the next log-in on the same device', () => {
    const access = had();
    world.login(ben, 'ben');
    expect(endedBy(world.operations.at(-1) as Operation)).toEqual([{ what: 'session', session: access.session }]);
    expect(isOver(access)).toBe(true);
    expect(isOver(had())).toBe(false);
  });

  test('not by a log-in on another device', () => {
    const access = had();
    world.login(new Device('ben’s other device'), 'ben');
    expect(endedBy(world.operations.at(-1) as Operation)).toEqual([]);
    expect(isOver(access)).toBe(false);
  });

  test('not by an end that came to nothing, since the user had been let in again in between', () => {
    const stale = world.run(ann, { type: 'remove_member', group: 'films', user: 'ben' });
    world.admit('films', ann, ben);
    const access = had();
    // The same request again: it acts once, at its first place.
    world.apply({ ...stale, seq: stale.seq + 100 });
    expect(isOver(access)).toBe(false);
    const [news] = endedBy(stale);
    expect(news).toMatchObject({ before: stale.stamp });
    expect(access.since.time).toBeGreaterThan(stale.stamp.time);
  });

  test('not by an end that was refused', () => {
    const body = { kind: 'end_membership', group: `${ann.id}.998` as GroupId, user: ben.user } as const;
    world.applyBody(body);
    const refused = world.operations.at(-1) as Operation;
    expect(endedBy(refused)).toEqual([
      { what: 'membership', group: body.group, user: ben.user, before: refused.stamp },
    ]);
    expect(isOver(had())).toBe(false);
  });
});
