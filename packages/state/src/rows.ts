/**
 * The state as rows that can be written down and read back. Tables that can be derived from others are not among them:
 * names lead to what has the name, users to their sessions, and that is known from the thing itself.
 */
import { type FileId, MAX_SYNC_VALUES, pack, type SessionId, type UserId, unpack, unpackOwn } from '@p2p/protocol';
import { sharedRecord } from './outcomes.js';
import type { Conflict, Group, RequestRecord, Session, SharedFile, State, User } from './state.js';
import { emptyState } from './state.js';
import { Table, type Write } from './table.js';

/** A row under its key; `outer` is null but in a nested table, `row` null where it was deleted. */
export type RowChange = readonly [table: string, outer: string | null, key: string | number, row: unknown];

const derivedTables: ReadonlySet<string> = new Set([
  'userNames',
  'formerUserNames',
  'userSessions',
  'groupNames',
  'fileNames',
]);

/** Whether this table's rows are written down, or derived. */
export function isWrittenDown(table: string): boolean {
  return !derivedTables.has(table);
}

type StoredTables = Omit<State, 'log'>;

function storedTables(state: State): [string, StoredTables[keyof StoredTables]][] {
  const { log: _, ...tables } = state;
  return Object.entries(tables).filter(([name]) => isWrittenDown(name));
}

/** What these writes have left in the tables that are written down. */
export function changesOf(writes: readonly Write[]): RowChange[] {
  return writes
    .filter(({ table }) => isWrittenDown(table.path.name))
    .map(({ table: { path }, key, after }): RowChange => [path.name, path.outer, key, after ?? null]);
}

/** All tables in turn, nested ones one by one; together all there is to write down. */
export function* tablesToWrite(state: State): Generator<Table<string | number, unknown>> {
  for (const [, table] of storedTables(state)) {
    if (table instanceof Table) yield table as Table<string | number, unknown>;
    else yield* table.tables() as IterableIterator<Table<string | number, unknown>>;
  }
}

export function encodeRows(rows: readonly RowChange[]): Uint8Array {
  return Uint8Array.from(pack(rows));
}

/** The rows in bytes from one's own disk, see `unpackOwn`. */
export function decodeOwnRows(bytes: Uint8Array): RowChange[] {
  return unpackOwn(bytes) as RowChange[];
}

/** The rows in these bytes, or undefined where they hold none: of unknown tables, or in another form. */
export function decodeRows(bytes: Uint8Array): RowChange[] | undefined {
  const rows = unpack(bytes, MAX_SYNC_VALUES);
  return Array.isArray(rows) && rows.every(isRowChange) ? rows : undefined;
}

const tableNames = new Set(storedTables(emptyState()).map(([name]) => name));
const nestedNames = new Set(
  storedTables(emptyState()).flatMap(([name, table]) => (table instanceof Table ? [] : [name])),
);

function isRowChange(value: unknown): value is RowChange {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const [table, outer, key] = value;
  return tableNames.has(table) && (typeof outer === 'string') === nestedNames.has(table) && isKey(key, table);
}

function isKey(key: unknown, table: string): boolean {
  return table === 'slots' ? typeof key === 'number' : typeof key === 'string';
}

/** Builds a state from rows, the later of two under one key counting. */
export class StateLoader {
  readonly #state = emptyState();
  /** Values of the last row: neighbours often have the same, and a text that is held once is collected faster. */
  #neighbour: Readonly<Record<string, unknown>> = {};

  add(rows: readonly RowChange[]): void {
    for (const [name, outer, key, row] of rows) {
      const table = this.#state[name as keyof StoredTables];
      const target = table instanceof Table ? table : table.at(outer ?? '');
      (target as Table<string | number, unknown>).restore(key, row === null ? undefined : this.#shared(row, key));
    }
  }

  /** The row, with one text for what stands in it several times, in its key, or in the row before. */
  #shared(row: unknown, key: string | number): unknown {
    if (typeof row !== 'object' || row === null || typeof key !== 'string') return row;
    if ('outcome' in row) return sharedRecord(row as RequestRecord);
    const fields = row as Record<string, unknown>;
    if (fields.id === key) fields.id = key;
    if (fields.credentialVersion === key) fields.credentialVersion = key;
    for (const field of ['group', 'by', 'user'] as const) {
      if (fields[field] !== undefined && fields[field] === this.#neighbour[field])
        fields[field] = this.#neighbour[field];
    }
    this.#neighbour = fields;
    return row;
  }

  /** The state, with its derived tables made again. Nothing may be added after. */
  finish(): State {
    const state = this.#state;
    for (const [id, { name }] of state.users.entries() as Iterable<[UserId, User]>) state.userNames.restore(name, id);
    for (const [id, { user }] of state.sessions.entries() as Iterable<[SessionId, Session]>) {
      state.userSessions.at(user).restore(id, id);
    }
    for (const [id, { name, ended }] of state.groups.entries() as Iterable<[Group['id'], Group]>) {
      if (!ended) state.groupNames.restore(name, id);
    }
    for (const [id, { group, name, removed, sameAs }] of state.files.entries() as Iterable<[FileId, SharedFile]>) {
      if (!removed && sameAs === undefined) state.fileNames.at(group).restore(name, id);
    }
    for (const [id, { kind, from }] of state.conflicts.entries() as Iterable<[string, Conflict]>) {
      if (kind === 'user') state.formerUserNames.at(from).restore(id, id as UserId);
    }
    return state;
  }
}
