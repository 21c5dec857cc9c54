/**
 * The folded state, read out of a state that tentative operations have gone on changing: for each key that one of them
 * has written, what was there before the first of them. Tables are read row by row while they change. That is sound:
 * as long as nothing is folded, whatever is seen of a key is either untouched, or known here.
 */
import type { FoldMark } from '@p2p/protocol';
import type { Checkpoint } from './replica/interface.js';
import { isWrittenDown, type RowChange, tablesToWrite } from './rows.js';
import type { State } from './state.js';
import type { Table, Write } from './table.js';

type AnyTable = Table<string | number, unknown>;

export class FoldedRows implements Checkpoint {
  readonly mark: FoldMark;
  readonly #end: () => void;
  readonly #rows: Generator<RowChange>;
  /** Rows before the first tentative write, by table and key. */
  readonly #before = new Map<AnyTable, Map<string | number, unknown>>();

  constructor(state: State, mark: FoldMark, end: () => void) {
    this.mark = mark;
    this.#end = end;
    this.#rows = this.#read(state);
  }

  /** To be told of every write of an operation that is not folded, in the order in which they are made. */
  note(writes: readonly Write[]): void {
    for (const { table, key, before } of writes) {
      const known = this.#before.get(table) ?? new Map<string | number, unknown>();
      this.#before.set(table, known);
      if (!known.has(key)) known.set(key, before);
    }
  }

  next(limit: number): RowChange[] | undefined {
    const slice: RowChange[] = [];
    while (slice.length < limit) {
      const { done, value } = this.#rows.next();
      if (done === true) break;
      slice.push(value);
    }
    return slice.length === 0 ? undefined : slice;
  }

  end(): void {
    this.#end();
  }

  *#read(state: State): Generator<RowChange> {
    for (const table of tablesToWrite(state)) {
      const { name, outer } = table.path;
      for (const [key, row] of table.entries()) {
        if (this.#before.get(table)?.has(key) !== true) yield [name, outer, key, row];
      }
    }
    // Written since the beginning: each as it was, wherever it is now. One that was read before comes twice.
    for (const [table, rows] of this.#before) {
      const { name, outer } = table.path;
      if (!isWrittenDown(name)) continue;
      for (const [key, before] of rows) if (before !== undefined) yield [name, outer, key, before];
    }
  }
}
