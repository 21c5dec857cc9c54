/** What becomes of a name that two trackers gave away, and of content that two trackers took: `reject` and `keep`. */
import type { FileId, GroupId, OperationMode, RequestId, UserId } from '@p2p/protocol';
import { describe, expect, test } from 'vitest';
import { fileByName, groupByName, idsOfFile, Presence, resolveFile, userByName } from '../src/index.js';
import { deviceIdOf, rootOf, World } from './world.js';

/** The id of something that another tracker made. */
function foreignId<Id extends string>(number: number): Id {
  return `${deviceIdOf('foreign')}.${number}` as Id;
}

function createUser(world: World, number: number, mode: OperationMode) {
  const user = foreignId<UserId>(number);
  const body = { kind: 'create_user' as const, user, name: 'alice' as never, credential: `hash ${number}` };
  return world.applyBody(body, { mode, requestId: foreignId<RequestId>(number) });
}

function createGroup(world: World, owner: UserId, mode: OperationMode) {
  const group = foreignId<GroupId>(world.operations.length);
  return world.applyBody({ kind: 'create_group', group, name: 'films' as never, owner }, { mode });
}

function shareFile(world: World, group: GroupId, { name, content, number, mode = 'keep' as OperationMode }: Sharing) {
  const by = userByName(world.state, 'alice')?.id as UserId;
  const file = foreignId<FileId>(number);
  const what = { bytes: content.length, pieceLength: 262_144, root: rootOf(content) };
  return world.applyBody({ kind: 'share_file', file, group, name: name as never, by, ...what }, { mode });
}
interface Sharing {
  readonly name: string;
  readonly content: string;
  readonly number: number;
  readonly mode?: OperationMode;
}

describe('a taken user name', () => {
  test('is refused to a `reject` operation, which leaves nothing of the user', () => {
    const world = new World();
    world.user('alice');
    expect(createUser(world, 1, 'reject')).toEqual({ ok: false, code: 'already_exists' });
    expect([...world.state.users.entries()]).toHaveLength(1);
    expect(world.state.userNames.size).toBe(1);
  });

  test('is replaced by the first free one for `keep` operations', () => {
    const world = new World();
    world.user('alice');
    expect(createUser(world, 1, 'keep')).toEqual({ ok: true });
    expect(createUser(world, 2, 'keep')).toEqual({ ok: true });
    expect(userByName(world.state, 'alice~2')).toMatchObject({ id: foreignId(1), renamedFrom: 'alice' });
    expect(userByName(world.state, 'alice~3')).toMatchObject({ id: foreignId(2), renamedFrom: 'alice' });
    expect(userByName(world.state, 'alice')).not.toHaveProperty('renamedFrom');
  });

  test('that was refused is kept when the same request comes again to be kept', () => {
    const world = new World();
    world.user('alice');
    createUser(world, 1, 'reject');
    expect(createUser(world, 1, 'keep')).toEqual({ ok: true });
    expect(userByName(world.state, 'alice~2')?.id).toBe(foreignId(1));
  });

  test('makes one user of a request that two trackers took', () => {
    const world = new World();
    createUser(world, 1, 'keep');
    const before = world.state.users.get(foreignId<UserId>(1));
    expect(createUser(world, 1, 'keep')).toEqual({ ok: true });
    expect(createUser(world, 1, 'reject')).toEqual({ ok: true });
    expect(world.state.users.get(foreignId<UserId>(1))).toBe(before);
    expect(world.state.users.size).toBe(1);
  });
});

test('a renamed user keeps sessions, memberships and files', () => {
  const world = new World();
  world.user('alice');
  createUser(world, 1, 'keep');
  const [other] = [...world.state.users.entries()].filter(([id]) => id === foreignId(1));
  expect(other?.[1].name).toBe('alice~2');
  const renamed = world.login(Object.assign(world.user('helper')), 'alice~2');
  const group = world.group('films', renamed);
  world.share(renamed, 'films', 'a.mkv');
  expect(world.state.members.get(group, foreignId(1))?.owner).toBe(true);
  expect(fileByName(world.state, group, 'a.mkv')?.by).toBe(foreignId(1));
});

test('a taken group name is refused to `reject` and replaced for `keep`', () => {
  const world = new World();
  const alice = world.user('alice');
  world.group('films', alice);
  expect(createGroup(world, alice.user, 'reject')).toEqual({ ok: false, code: 'already_exists' });
  expect(createGroup(world, alice.user, 'keep')).toEqual({ ok: true });
  expect(groupByName(world.state, 'films~2')).toMatchObject({ renamedFrom: 'films', ended: false });
});

describe('a taken file name', () => {
  function shared() {
    const world = new World();
    const alice = world.user('alice');
    const group = world.group('films', alice);
    const file = world.share(alice, 'films', 'report.pdf', 'first content');
    return { world, group, file, alice };
  }

  test('is refused to `reject`', () => {
    const { world, group } = shared();
    const outcome = shareFile(world, group, { name: 'report.pdf', content: 'other', number: 1, mode: 'reject' });
    expect(outcome).toEqual({ ok: false, code: 'already_exists' });
    expect(world.state.fileNames.of(group).size).toBe(1);
  });

  test('gets its suffix before the extension', () => {
    const { world, group } = shared();
    shareFile(world, group, { name: 'report.pdf', content: 'second', number: 1 });
    shareFile(world, group, { name: 'report.pdf', content: 'third', number: 2 });
    expect([...world.state.fileNames.of(group).entries()].map(([name]) => name).sort()).toEqual([
      'report.pdf',
      'report~2.pdf',
      'report~3.pdf',
    ]);
  });

  test('is free in another group, and again when its file was removed', () => {
    const { world, group, alice } = shared();
    const books = world.group('books', alice);
    expect(shareFile(world, books, { name: 'report.pdf', content: 'other', number: 1, mode: 'reject' }).ok).toBe(true);
    world.run(alice, { type: 'remove_file', group: 'films', file: 'report.pdf' });
    expect(shareFile(world, group, { name: 'report.pdf', content: 'other', number: 2, mode: 'reject' }).ok).toBe(true);
    expect(fileByName(world.state, group, 'report.pdf')?.id).toBe(foreignId(2));
  });

  test.each(['reject', 'keep'] as const)('is one file with two ids for the same content (%s)', (mode) => {
    const { world, group, file } = shared();
    expect(shareFile(world, group, { name: 'report.pdf', content: 'first content', number: 1, mode }).ok).toBe(true);
    const found = fileByName(world.state, group, 'report.pdf');
    expect(found).toMatchObject({ id: file, aliases: [foreignId(1)] });
    expect(resolveFile(world.state, foreignId(1))).toBe(found);
    expect(world.state.fileNames.of(group).size).toBe(1);
  });

  test('counts those who announced it under either id, each device once', () => {
    const { world, group, file } = shared();
    shareFile(world, group, { name: 'report.pdf', content: 'first content', number: 1 });
    const presence = new Presence();
    const announce = (name: string, files: FileId[]) => {
      const [device, counter] = [deviceIdOf(name), 1];
      const add = files.map((id) => ({ file: id, complete: true }));
      const at = { now: 0, local: true };
      presence.apply({ kind: 'online', device, counter, user: null, address: null, reachable: null, leaseMs: 1 }, at);
      presence.apply({ kind: 'shares', device, counter, add, remove: [] }, at);
    };
    announce('first', [file]);
    announce('second', [foreignId(1)]);
    announce('both', [file, foreignId(1)]);
    const found = fileByName(world.state, group, 'report.pdf');
    expect(presence.peersOf(found === undefined ? [] : idsOfFile(found))).toHaveLength(3);
  });

  test('removing it under either id removes both', () => {
    const { world, group, file } = shared();
    shareFile(world, group, { name: 'report.pdf', content: 'first content', number: 1 });
    expect(world.applyBody({ kind: 'remove_file', file: foreignId(1) }).ok).toBe(true);
    expect(resolveFile(world.state, file)?.removed).toBe(true);
    expect(fileByName(world.state, group, 'report.pdf')).toBeUndefined();
    expect(world.applyBody({ kind: 'remove_file', file })).toEqual({ ok: false, code: 'no_such_file' });
    expect(world.applyBody({ kind: 'remove_file', file }, { mode: 'keep' })).toEqual({ ok: true });
  });
});
