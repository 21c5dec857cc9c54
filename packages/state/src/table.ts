/**
 * Maps that can be taken back. Every write to the state goes through {@link Table.set} or {@link Table.delete}, which
 * note what was there before and what is there now while the state's write log is being recorded: the first to take an
 * operation back, the second to fold it onto the disk. Nothing else may change a row.
 */

/** Which table of the state, and under which outer key where it is nested: where a row lies, in memory and on disk. */
export interface TablePath {
  readonly name: string;
  readonly outer: string | null;
}

/** One row's change. `undefined` is no row. */
export interface Write {
  readonly table: Table<string | number, unknown>;
  readonly key: string | number;
  readonly before: unknown;
  readonly after: unknown;
}

export class WriteLog {
  #writes: Write[] | undefined;

  /** Forgotten at once while nothing is being recorded. */
  note(write: Write): void {
    this.#writes?.push(write);
  }

  /** Runs `change` and returns what it wrote, in order. Recordings do not nest. */
  record(change: () => void): readonly Write[] {
    const writes: Write[] = [];
    this.#writes = writes;
    try {
      change();
    } finally {
      this.#writes = undefined;
    }
    return writes;
  }
}

/** Restores what these writes replaced. They must be the latest that have not been taken back. */
export function takeBack(writes: readonly Write[]): void {
  for (let at = writes.length - 1; at >= 0; at--) {
    const { table, key, before } = writes[at] as Write;
    table.restore(key, before);
  }
}

/** Rows by key. Rows are immutable values: a change is a new row under the same key. */
export class Table<K extends string | number, V> {
  readonly path: TablePath;
  readonly #rows = new Map<K, V>();
  readonly #log: WriteLog;
  #version = 0;

  constructor(path: TablePath, log: WriteLog) {
    this.path = path;
    this.#log = log;
  }

  /** Changes with every write: what was derived from the table is good as long as this stays. */
  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(key: K): V | undefined {
    return this.#rows.get(key);
  }

  has(key: K): boolean {
    return this.#rows.has(key);
  }

  set(key: K, row: V): void {
    this.#log.note({ table: this as never, key, before: this.#rows.get(key), after: row });
    this.restore(key, row);
  }

  delete(key: K): void {
    if (!this.#rows.has(key)) return;
    this.#log.note({ table: this as never, key, before: this.#rows.get(key), after: undefined });
    this.restore(key, undefined);
  }

  /** Puts a row where it was, or loads it: a write that is not noted. */
  restore(key: K, row: V | undefined): void {
    this.#version += 1;
    if (row === undefined) this.#rows.delete(key);
    else this.#rows.set(key, row);
  }

  /**
   * All entries, in no order that means anything: taking back a delete puts a row at the end. Sort what you list, and
   * compare stored stamps where "the first" matters.
   */
  entries(): IterableIterator<[K, V]> {
    return this.#rows.entries();
  }
}

/** Rows by two keys, listed by the first: the members of a group, the file names in it. */
export class NestedTable<V> {
  readonly name: string;
  readonly #tables = new Map<string, Table<string, V>>();
  readonly #log: WriteLog;

  constructor(name: string, log: WriteLog) {
    this.name = name;
    this.#log = log;
  }

  /** The rows under one outer key; empty where nothing was ever written. To be read alone: it may be nobody's. */
  of(outer: string): Table<string, V> {
    return this.#tables.get(outer) ?? this.#newTable(outer);
  }

  /** The table under one outer key, to be written to. */
  at(outer: string): Table<string, V> {
    const table = this.of(outer);
    this.#tables.set(outer, table);
    return table;
  }

  get(outer: string, inner: string): V | undefined {
    return this.#tables.get(outer)?.get(inner);
  }

  has(outer: string, inner: string): boolean {
    return this.get(outer, inner) !== undefined;
  }

  set(outer: string, inner: string, row: V): void {
    this.at(outer).set(inner, row);
  }

  delete(outer: string, inner: string): void {
    this.#tables.get(outer)?.delete(inner);
  }

  /** Removes all rows under one outer key. */
  clear(outer: string): void {
    const table = this.#tables.get(outer);
    if (table === undefined) return;
    for (const key of [...table.entries()].map(([inner]) => inner)) table.delete(key);
  }

  /** The tables that were ever written to, some of them empty by now. */
  tables(): IterableIterator<Table<string, V>> {
    return this.#tables.values();
  }

  #newTable(outer: string): Table<string, V> {
    return new Table<string, V>({ name: this.name, outer }, this.#log);
  }

  /** All entries, in no order that means anything. */
  *entries(): IterableIterator<[outer: string, inner: string, row: V]> {
    for (const [outer, table] of this.#tables) {
      for (const [inner, row] of table.entries()) yield [outer, inner, row];
    }
  }
}
