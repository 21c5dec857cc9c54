/** What users may read: lists in pages, sorted. Who may read them is asked here as well. */
import { type DeviceId, type GroupId, LIST_PAGE_BYTES, type Refusal, type ReplyTo, type UserId } from '@p2p/protocol';
import { asMember, asOwner, isRefusal } from './decide/standing.js';
import { idsOfFile, resolveFile, sessionsInForce } from './lookup.js';
import type { Presence, Sharer } from './presence.js';
import type { Conflict, Group, SharedFile, State, User } from './state.js';
import type { Table } from './table.js';

export interface Page<Row> {
  readonly rows: Row[];
  /** Ask again with `after: next` for the rest; null at the end. */
  readonly next: string | null;
}

type DeviceRow = ReplyTo<'list_devices'>['devices'][number];
type GroupRow = ReplyTo<'list_groups'>['groups'][number];
type MemberRow = ReplyTo<'list_members'>['members'][number];
type FileRow = ReplyTo<'list_files'>['files'][number];
type ConflictRow = ReplyTo<'list_conflicts'>['conflicts'][number];

/** The devices on which a user is logged in. `device`: the one that asks; `now`: wall clock, ms. */
export function listDevices(
  state: State,
  user: UserId,
  {
    device: current,
    now,
    after,
    presence,
  }: { device: DeviceId; now: number; after?: string | undefined; presence: Presence },
): Page<DeviceRow> {
  const rows = new Map<string, DeviceRow>();
  // In the order in which they were opened: of several sessions of a device the last one knows its name.
  for (const { device, deviceName, seen } of sessionsInForce(state, user, now)) {
    const isOnline = device === current || presence.isOnlineOn(device, user);
    const lastSeen = isOnline ? now : Math.max(seen, rows.get(device)?.lastSeen ?? 0);
    rows.set(device, { device, name: deviceName ?? null, lastSeen, current: device === current });
  }
  return pageOf([...rows.keys()].sort(), after, (device) => rows.get(device));
}

export function listGroups(state: State, user: UserId, after: string | undefined): Page<GroupRow> {
  return pageOf(sortedKeys(state.groupNames), after, (name) => {
    const id = state.groupNames.get(name);
    const group = id === undefined ? undefined : state.groups.get(id);
    return group === undefined ? undefined : groupRow(state, group, user);
  });
}

function groupRow(state: State, group: Group, user: UserId): GroupRow {
  const members = state.members.of(group.id);
  const owners = [...members.entries()].filter(([, { owner }]) => owner).map(([id]) => nameOf(state, id as UserId));
  return {
    group: group.name,
    owners: owners.sort(),
    members: members.size,
    member: members.has(user),
    requested: state.requests.has(group.id, user),
  };
}

/** For owners of the group. */
export function listRequests(
  state: State,
  user: UserId,
  { group: name, after }: { group: string; after?: string | undefined },
): Page<{ user: string }> | Refusal {
  const group = asOwner(state, name, user);
  if (isRefusal(group)) return group;
  const names = [...state.requests.of(group.id).entries()].map(([id]) => nameOf(state, id as UserId));
  return pageOf(names.sort(), after, (asking) => ({ user: asking }));
}

/** For members of the group. */
export function listMembers(
  state: State,
  user: UserId,
  { group: name, after, presence }: { group: string; after?: string | undefined; presence: Presence },
): Page<MemberRow> | Refusal {
  const group = asMember(state, name, user);
  if (isRefusal(group)) return group;
  const rows = new Map<string, MemberRow>();
  for (const [id, { owner }] of state.members.of(group.id).entries()) {
    const member = nameOf(state, id as UserId);
    rows.set(member, { user: member, owner, online: presence.isOnline(id as UserId) });
  }
  return pageOf([...rows.keys()].sort(), after, (member) => rows.get(member));
}

/** For members of the group. `sharers`: devices online with the whole file. */
export function listFiles(
  state: State,
  user: UserId,
  { group: name, after, presence }: { group: string; after?: string | undefined; presence: Presence },
): Page<FileRow> | Refusal {
  const group = asMember(state, name, user);
  if (isRefusal(group)) return group;
  return pageOf(sortedKeys(state.fileNames.of(group.id)), after, (fileName) => {
    const id = state.fileNames.get(group.id, fileName);
    const file = id === undefined ? undefined : state.files.get(id);
    return file === undefined ? undefined : fileRow(state, file, presence);
  });
}

function fileRow(state: State, file: SharedFile, presence: Presence): FileRow {
  const { name, id, bytes, root } = file;
  const sharers = sharersOf(state, file, presence).filter(({ complete }) => complete).length;
  return { file: name, id, bytes, root, sharers, by: nameOf(state, file.by) };
}

/** The devices that serve a file and whose user is a member of its group still. */
export function sharersOf(state: State, file: SharedFile, presence: Presence): Sharer[] {
  const sharers = presence.peersOf(idsOfFile(file));
  return sharers.filter(({ user }) => user !== null && state.members.has(file.group, user));
}

/** Whether a device shares something in a group of which its user is a member still. */
export function sharesIn(
  state: State,
  presence: Presence,
  { group, device }: { group: GroupId; device: DeviceId },
): boolean {
  const { user = null, files = [] } = presence.on(device) ?? {};
  if (user === null || !state.members.has(group, user)) return false;
  for (const id of files) {
    const file = resolveFile(state, id);
    if (file !== undefined && !file.removed && file.group === group) return true;
  }
  return false;
}

/**
 * What merges had to rename and is still there, the oldest first. Everybody sees users and groups, only members of a
 * group what was renamed in it.
 */
export function listConflicts(state: State, user: UserId, after: string | undefined): Page<ConflictRow> {
  return pageOf(sortedKeys(state.conflicts, conflictPlace), after, (place) => {
    const conflict = state.conflicts.get(idAtPlace(place));
    return conflict === undefined ? undefined : conflictRow(state, conflict, user);
  });
}

function conflictRow(state: State, { kind, from, to, at, group }: Conflict, user: UserId): ConflictRow | undefined {
  const row = { kind, from, to, at: at.time };
  if (group === undefined) return row;
  const name = state.members.has(group, user) ? state.groups.get(group)?.name : undefined;
  return name === undefined ? undefined : { ...row, group: name };
}

/** Decimal digits of the largest exact number: written with as many, numbers sort as text. */
const COUNT_DIGITS = 16;

/** The stamp and the id as one text, so that places sort as stamps do. */
function conflictPlace(id: string, { at: { time, count, incarnation } }: Conflict): string {
  const padded = [time, count].map((number) => String(number).padStart(COUNT_DIGITS, '0'));
  return [...padded, incarnation, id].join(' ');
}

/** Neither an incarnation nor an id has a blank in it. */
function idAtPlace(place: string): string {
  return place.slice(place.lastIndexOf(' ') + 1);
}

/** Accounts that a merge took this name from, in the order in which they had asked for it. */
export function usersRenamedFrom(state: State, name: string): User[] {
  // Who was renamed made room for somebody. (And looking into a nested table makes one: not for any name at all.)
  if (!state.userNames.has(name)) return [];
  const placed = [...state.formerUserNames.of(name).entries()].flatMap(([id]) => {
    const conflict = state.conflicts.get(id);
    const user = state.users.get(id as UserId);
    return conflict === undefined || user === undefined ? [] : [{ place: conflictPlace(id, conflict), user }];
  });
  return placed.sort((a, b) => (a.place < b.place ? -1 : 1)).map(({ user }) => user);
}

/** A membership may wait for its user as it may for its group; until then only the id is known. */
function nameOf(state: State, user: UserId): string {
  return state.users.get(user)?.name ?? user;
}

const sorted = new WeakMap<object, { version: number; keys: readonly string[] }>();

/**
 * The keys of a table in order, or what `keyOf` makes of its rows; sorted again only when the table has changed: a page
 * must not cost a whole list. A table is always sorted by the same.
 */
function sortedKeys<Row>(
  table: Table<string, Row>,
  keyOf: (key: string, row: Row) => string = (key) => key,
): readonly string[] {
  const known = sorted.get(table);
  if (known?.version === table.version) return known.keys;
  const keys = [...table.entries()].map(([key, row]) => keyOf(key, row)).sort();
  sorted.set(table, { version: table.version, keys });
  return keys;
}

/** The rows of the names behind `after`, as many as fit a page. */
function pageOf<Row>(
  names: readonly string[],
  after: string | undefined,
  rowOf: (name: string) => Row | undefined,
): Page<Row> {
  const rows: Row[] = [];
  let bytes = 0;
  for (let at = after === undefined ? 0 : firstBehind(names, after); at < names.length; at++) {
    const name = names[at] as string;
    if (bytes >= LIST_PAGE_BYTES) return { rows, next: names[at - 1] as string };
    const row = rowOf(name);
    if (row === undefined) continue;
    rows.push(row);
    bytes += roughBytesOf(row);
  }
  return { rows, next: null };
}

/**
 * About what a row takes in a message, and a third of it at the least: packing it to know would cost as much as sending it,
 * and so would counting the bytes of each character.
 */
function roughBytesOf(value: unknown): number {
  if (typeof value === 'string') return 3 + value.length;
  if (typeof value !== 'object' || value === null) return 9;
  let bytes = 3;
  for (const key in value) {
    bytes += (Array.isArray(value) ? 0 : 1 + key.length) + roughBytesOf(value[key as keyof typeof value]);
  }
  return bytes;
}

/** Index of the first name greater than `after`, by bisection. */
function firstBehind(names: readonly string[], after: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((names[middle] as string) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
