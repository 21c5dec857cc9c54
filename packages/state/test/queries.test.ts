/** What users may read: whole lists by pages, sorted, and refusals in their order. */
import { type DeviceId, type FileId, LIST_PAGE_BYTES, pack, type Refusal, type UserId } from '@p2p/protocol';
import { describe, expect, test } from 'vitest';
import { listFiles, listGroups, listMembers, listRequests, type Page, Presence } from '../src/index.js';
import { deviceIdOf, type Member, rootOf, World } from './world.js';

const presence = new Presence();

/** All rows, page by page; checks that the pages are of the size they should be. */
function allOf<Row>(ask: (after: string | undefined) => Page<Row> | Refusal): { rows: Row[]; pages: number } {
  const rows: Row[] = [];
  let after: string | undefined;
  for (let pages = 1; ; pages++) {
    const page = ask(after);
    if (!('rows' in page)) throw new Error(page.code);
    const sizes = page.rows.map((row) => pack(row).length);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    expect(bytes - (sizes.at(-1) ?? 0), 'full before its last row').toBeLessThan(LIST_PAGE_BYTES);
    if (page.next !== null) expect(bytes).toBeGreaterThanOrEqual(LIST_PAGE_BYTES);
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
    const takeBack = world.state.undo.record(() => world.state.fileNames.delete(group, 'e'));
    expect(behind('c')).toEqual(['d']);
    takeBack();
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
    const lease = { kind: 'online' as const, counter: 1, address: null, leaseMs: 1 };
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
    sharing.apply({ kind: 'online', device, counter: 1, user, address: null, leaseMs: 1 }, at);
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
