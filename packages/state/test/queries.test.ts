/** What users may read: whole lists by pages, sorted, and refusals in their order. */
import {
  type DeviceId,
  type FileId,
  type GroupId,
  LIST_PAGE_BYTES,
  type OperationBody,
  pack,
  type Refusal,
  requestIdOf,
  type UserId,
} from '@p2p/protocol';
import { describe, expect, test } from 'vitest';
import {
  listConflicts,
  listFiles,
  listGroups,
  listMembers,
  listRequests,
  type Page,
  Presence,
  sharesIn,
  usersRenamedFrom,
} from '../src/index.js';
import { takeBack } from '../src/table.js';
import { deviceIdOf, incarnationOf, type Member, rootOf, World } from './world.js';

const presence = new Presence();

/** All rows, page by page; checks that the pages are of the size they should be. */
function allOf<Row>(ask: (after: string | undefined) => Page<Row> | Refusal): { rows: Row[]; pages: number } {
  const rows: Row[] = [];
  let after: string | undefined;
  for (let pages = 1; ; pages++) {
    const page = ask(after);
    if (!('rows' in page)) throw new Error(page.code);
    const bytes = page.rows.reduce((sum, row) => sum + pack(row).length, 0);
    expect(bytes, 'no character takes more than three times what it is taken for').toBeLessThan(4 * LIST_PAGE_BYTES);
    if (page.next !== null) expect(bytes).toBeGreaterThanOrEqual(LIST_PAGE_BYTES / 2);
    rows.push(...page.rows);
    if (page.next === null) return { rows, pages };
    after = page.next;
  }
}

function code(answer: Page<unknown> | Refusal): string {
  return 'rows' in answer ? 'rows' : answer.code;
}

/** Writes many files into the state at once: through `decide` each would cost a check of all invariants. */
function shareMany(world: World, { user }: Member, group: string, names: readonly string[]): void {
  const id = world.state.groupNames.get(group);
  for (const name of names) {
    const file = `${deviceIdOf(name)}.1` as FileId;
    const what = { bytes: 1, pieceLength: 262_144, root: rootOf(name), by: user };
    world.state.files.set(file, { id: file, group: id as never, name, ...what, removed: false, aliases: [] });
    world.state.fileNames.set(id as string, name, file);
  }
}

describe('a long list', () => {
  const names = Array.from({ length: 8_000 }, (_, number) => `${(number * 7_919) % 8_000} – file.bin`);

  test('comes in pages, every row once and in order', () => {
    const world = new World();
    const ann = world.user('ann');
    world.group('films', ann);
    shareMany(world, ann, 'films', names);
    const { rows, pages } = allOf((after) => listFiles(world.state, ann.user, { group: 'films', after, presence }));
    expect(rows.map(({ file }) => file)).toEqual([...names].sort());
    expect(pages).toBeGreaterThan(3);
  });

  test.each(['a', 'é', '語', '😀'])('fits a frame where its names are made of %s', (character) => {
    const world = new World();
    const ann = world.user('ann');
    world.group('films', ann);
    const length = Math.floor(240 / Buffer.byteLength(character));
    const many = Array.from({ length: 4_000 }, (_, index) => `${character.repeat(length)}${index}`);
    shareMany(world, ann, 'films', many);
    const { rows } = allOf((after) => listFiles(world.state, ann.user, { group: 'films', after, presence }));
    expect(rows).toHaveLength(many.length);
  });

  test('goes on behind a name that is gone, and sees what came meanwhile', () => {
    const world = new World();
    const ann = world.user('ann');
    const group = world.group('films', ann);
    for (const name of ['a', 'c', 'e']) world.share(ann, 'films', name);
    const behind = (after: string) => {
      const page = listFiles(world.state, ann.user, { group: 'films', after, presence });
      return 'rows' in page ? page.rows.map(({ file }) => file) : page.code;
    };
    expect(behind('a')).toEqual(['c', 'e']);
    world.run(ann, { type: 'remove_file', group: 'films', file: 'c' });
    expect(behind('c')).toEqual(['e']);
    world.share(ann, 'films', 'd');
    expect(behind('c')).toEqual(['d', 'e']);
    const writes = world.state.log.record(() => world.state.fileNames.delete(group, 'e'));
    expect(behind('c')).toEqual(['d']);
    takeBack(writes);
    expect(behind('c')).toEqual(['d', 'e']);
    expect(behind('e')).toEqual([]);
  });
});

describe('groups', () => {
  test('are listed to everybody, with what he is to each', () => {
    const world = new World();
    const [ann, ben, cay] = ['ann', 'ben', 'cay'].map((name) => world.user(name)) as [Member, Member, Member];
    world.group('films', ben, ann);
    world.run(ben, { type: 'add_owner', group: 'films', user: 'ann' });
    world.group('books', ann);
    world.run(cay, { type: 'join_group', group: 'films' });
    const { rows } = allOf((after) => listGroups(world.state, cay.user, after));
    expect(rows).toEqual([
      { group: 'books', owners: ['ann'], members: 1, member: false, requested: false },
      { group: 'films', owners: ['ann', 'ben'], members: 2, member: false, requested: true },
    ]);
    expect(listGroups(world.state, ben.user, 'books').rows).toMatchObject([{ group: 'films', member: true }]);
  });

  test('that have ended are not listed', () => {
    const world = new World();
    const ann = world.user('ann');
    world.group('films', ann);
    world.run(ann, { type: 'delete_group', group: 'films' });
    expect(listGroups(world.state, ann.user, undefined)).toEqual({ rows: [], next: null });
  });
});

describe('members and requests', () => {
  function films() {
    const world = new World();
    const [ann, ben, cay, dan] = ['ann', 'ben', 'cay', 'dan'].map((name) => world.user(name)) as [
      Member,
      Member,
      Member,
      Member,
    ];
    world.group('films', cay, ben, ann);
    world.run(dan, { type: 'join_group', group: 'films' });
    world.run(world.user('abe'), { type: 'join_group', group: 'films' });
    return { world, ann, ben, cay, dan };
  }

  test('members see who is one, who owns, and who is online', () => {
    const { world, ann, ben } = films();
    const online = new Presence();
    const lease = { kind: 'online' as const, counter: 1, address: null, reachable: null, leaseMs: 1 };
    online.apply({ ...lease, device: ben.id, user: ben.user }, { now: 0, local: true });
    const { rows } = allOf((after) => listMembers(world.state, ann.user, { group: 'films', after, presence: online }));
    expect(rows).toEqual([
      { user: 'ann', owner: false, online: false },
      { user: 'ben', owner: false, online: true },
      { user: 'cay', owner: true, online: false },
    ]);
  });

  test('owners see who has asked', () => {
    const { world, cay } = films();
    const { rows } = allOf((after) => listRequests(world.state, cay.user, { group: 'films', after }));
    expect(rows).toEqual([{ user: 'abe' }, { user: 'dan' }]);
  });

  test('others are refused, in the order that is due', () => {
    const { world, ann, dan } = films();
    const requests = (member: Member, group: string) => code(listRequests(world.state, member.user, { group }));
    const members = (member: Member, group: string) => code(listMembers(world.state, member.user, { group, presence }));
    const files = (member: Member, group: string) => code(listFiles(world.state, member.user, { group, presence }));
    for (const list of [requests, members, files]) {
      expect(list(dan, 'nowhere')).toBe('no_such_group');
      expect(list(dan, 'films'), 'who has only asked').toBe('not_a_member');
    }
    expect(requests(ann, 'films')).toBe('not_an_owner');
    expect([members(ann, 'films'), files(ann, 'films')]).toEqual(['rows', 'rows']);
  });
});

test('a file names its uploader and counts the devices of members online with the whole of it', () => {
  const world = new World();
  const [ann, ben, cay] = ['ann', 'ben', 'cay'].map((name) => world.user(name)) as [Member, Member, Member];
  world.group('films', ann, ben);
  const id = world.share(ben, 'films', 'a.mkv');
  const sharing = new Presence();
  const announce = (device: DeviceId, user: UserId | null, complete: boolean) => {
    const at = { now: 0, local: true };
    sharing.apply({ kind: 'online', device, counter: 1, user, address: null, reachable: null, leaseMs: 1 }, at);
    sharing.apply({ kind: 'shares', device, counter: 1, add: [{ file: id, complete }], remove: [] }, at);
  };
  announce(ann.id, ann.user, false);
  announce(ben.id, ben.user, true);
  announce(cay.id, cay.user, true);
  announce(deviceIdOf('logged out'), null, true);
  expect(listFiles(world.state, ann.user, { group: 'films', presence: sharing })).toEqual({
    rows: [{ file: 'a.mkv', id, bytes: 5, root: rootOf('a.mkv'), sharers: 1, by: 'ben' }],
    next: null,
  });
});

test('a device shares in a group as long as its user is a member and the file is there', () => {
  const world = new World();
  const [ann, ben, cay] = ['ann', 'ben', 'cay'].map((name) => world.user(name)) as [Member, Member, Member];
  const films = world.group('films', ann, ben);
  const music = world.group('music', ann, ben);
  const id = world.share(ann, 'films', 'a.mkv');
  const online = new Presence();
  for (const { id: device, user } of [ann, ben, cay]) {
    const at = { now: 0, local: true };
    online.apply({ kind: 'online', device, counter: 1, user, address: null, reachable: null, leaseMs: 1 }, at);
    if (user === ben.user) continue;
    const add = [{ file: id, complete: false }];
    online.apply({ kind: 'shares', device, counter: 1, add, remove: [] }, at);
  }
  const doesShare = (group: GroupId, { id: device }: Member) => sharesIn(world.state, online, { group, device });
  expect(doesShare(films, ann)).toBe(true);
  expect(doesShare(music, ann), 'in another group').toBe(false);
  expect(doesShare(films, ben), 'nothing').toBe(false);
  expect(doesShare(films, cay), 'no member').toBe(false);
  expect(sharesIn(world.state, online, { group: films, device: deviceIdOf('away') })).toBe(false);
  world.run(ann, { type: 'remove_file', group: 'films', file: 'a.mkv' });
  expect(doesShare(films, ann), 'gone').toBe(false);
});

describe('what merges had to rename', () => {
  /** Applies what another tracker has promised while this one gave the same names away; `time` of its stamp. */
  function promisedElsewhere(world: World, time: number, body: (id: string) => object): string {
    const requestId = requestIdOf(deviceIdOf('elsewhere'), world.operations.length);
    const stamp = { time, count: 0, incarnation: incarnationOf(2) };
    world.applyBody(body(requestId) as OperationBody, { requestId, stamp, mode: 'keep' });
    return requestId;
  }
  const user = (name: string) => (id: string) => ({ kind: 'create_user', user: id, name, credential: `of ${id}` });
  const group = (name: string, owner: Member) => (id: string) => ({
    kind: 'create_group',
    group: id,
    name,
    owner: owner.user,
  });
  const file = (name: string, by: Member, into: string) => (id: string) => ({
    kind: 'share_file',
    file: id,
    group: into,
    name,
    by: by.user,
    bytes: 1,
    pieceLength: 262_144,
    root: rootOf('something else'),
  });

  function merged() {
    const world = new World();
    const [ann, ben] = ['ann', 'ben'].map((name) => world.user(name)) as [Member, Member];
    const films = world.group('films', ann);
    world.share(ann, 'films', 'a.mkv');
    // Not in the order of their times, and one of them older than all by a number with fewer digits.
    const fileId = promisedElsewhere(world, 2_000, file('a.mkv', ann, films));
    const userIds = [30_000, 9_000].map((time) => promisedElsewhere(world, time, user('ann')));
    const groupId = promisedElsewhere(world, 4_000, group('films', ben));
    return { world, ann, ben, films, fileId, userIds, groupId };
  }

  test('is listed with the oldest first, files to members alone', () => {
    const { world, ann, ben } = merged();
    const shared = [
      { kind: 'group', from: 'films', to: 'films~2', at: 4_000 },
      { kind: 'user', from: 'ann', to: 'ann~3', at: 9_000 },
      { kind: 'user', from: 'ann', to: 'ann~2', at: 30_000 },
    ];
    const inFilms = { kind: 'file', from: 'a.mkv', to: 'a~2.mkv', at: 2_000, group: 'films' };
    expect(allOf((after) => listConflicts(world.state, ann.user, after)).rows).toEqual([inFilms, ...shared]);
    expect(allOf((after) => listConflicts(world.state, ben.user, after)).rows).toEqual(shared);
  });

  test('is not listed any more when it is gone', () => {
    const { world, ann, ben } = merged();
    world.run(ann, { type: 'remove_file', group: 'films', file: 'a~2.mkv' });
    world.run(ben, { type: 'delete_group', group: 'films~2' });
    const { rows } = listConflicts(world.state, ann.user, undefined);
    expect(rows.map(({ to }) => to)).toEqual(['ann~3', 'ann~2']);
  });

  test('comes in pages when it is much, every row once', () => {
    const { world, ann } = merged();
    for (let number = 0; number < 4_000; number++) {
      const at = { time: 100_000 - (number % 7), count: number, incarnation: incarnationOf(1) };
      const to = `${'long '.repeat(12)}${number}`;
      world.state.conflicts.set(`${deviceIdOf('many')}.${number}`, { kind: 'group', from: 'same', to, at });
    }
    const { rows, pages } = allOf((after) => listConflicts(world.state, ann.user, after));
    expect(pages).toBeGreaterThan(1);
    expect(rows).toHaveLength(4_004);
    expect(new Set(rows.map(({ to }) => to)).size).toBe(4_004);
    expect(rows.map(({ at }) => at)).toEqual(rows.map(({ at }) => at).sort((a, b) => a - b));
  });

  test('leads from a name to the accounts that asked for it, the oldest first', () => {
    const { world, userIds } = merged();
    expect(usersRenamedFrom(world.state, 'ann').map(({ id }) => id)).toEqual([...userIds].reverse());
    expect(usersRenamedFrom(world.state, 'ben')).toEqual([]);
    expect(usersRenamedFrom(world.state, 'nobody')).toEqual([]);
    expect([...world.state.formerUserNames.entries()].map(([name]) => name)).toEqual(['ann', 'ann']);
  });
});
