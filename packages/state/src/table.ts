/**
 * Maps that can be taken back. Every write to the state goes through {@link Table.set} or {@link Table.delete}, which
 * remember the previous value in the state's undo log while one is being kept. Nothing else may change a row.
 */

/** What a run of writes replaced, latest last. */
export class UndoLog {
  #restores: (() => void)[] | undefined;

  /** Remembers how to restore one value; forgotten at once while nothing is being recorded. */
  remember(restore: () => void): void {
    this.#restores?.push(restore);
  }

  /** Runs `writes` and returns what takes them back. Recordings do not nest. */
  record(writes: () => void): () => void {
    const restores: (() => void)[] = [];
    this.#restores = restores;
    try {
      writes();
    } finally {
      this.#restores = undefined;
    }
    return () => {
      for (let at = restores.length - 1; at >= 0; at--) restores[at]?.();
    };
  }
}

/** Rows by key. Rows are immutable values: a change is a new row under the same key. */
export class Table<K extends string | number, V> {
  readonly #rows = new Map<K, V>();
  readonly #undo: UndoLog;
  #version = 0;

  constructor(undo: UndoLog) {
    this.#undo = undo;
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
    this.#remember(key);
    this.#write(key, row);
  }

  delete(key: K): void {
    if (!this.#rows.has(key)) return;
    this.#remember(key);
    this.#write(key, undefined);
  }

  /**
   * All entries, in no order that means anything: taking back a delete puts a row at the end. Sort what you list, and
   * compare stored stamps where "the first" matters.
   */
  entries(): IterableIterator<[K, V]> {
    return this.#rows.entries();
  }

  #remember(key: K): void {
    const previous = this.#rows.get(key);
    this.#undo.remember(() => this.#write(key, previous));
  }

  #write(key: K, row: V | undefined): void {
    this.#version += 1;
    if (row === undefined) this.#rows.delete(key);
    else this.#rows.set(key, row);
  }
}

/** Rows by two keys, listed by the first: the members of a group, the file names in it. */
export class NestedTable<V> {
  readonly #tables = new Map<string, Table<string, V>>();
  readonly #undo: UndoLog;

  constructor(undo: UndoLog) {
    this.#undo = undo;
  }

  /** The rows under one outer key; empty where nothing was ever written. */
  of(outer: string): Table<string, V> {
    const known = this.#tables.get(outer);
    if (known !== undefined) return known;
    const table = new Table<string, V>(this.#undo);
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
    this.of(outer).set(inner, row);
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

  /** All entries, in no order that means anything. */
  *entries(): IterableIterator<[outer: string, inner: string, row: V]> {
    for (const [outer, table] of this.#tables) {
      for (const [inner, row] of table.entries()) yield [outer, inner, row];
    }
  }
}
