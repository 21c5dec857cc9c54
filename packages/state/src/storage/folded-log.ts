/**
 * The file of the folded state: all rows once, then what has changed since. Changes are collected for a while, since
 * until they are written the journal has the same; each write is one record and is flushed before the next, so that a
 * crash can only take the last.
 */
import { FOLD_WRITE_BYTES, type FoldMark, type Vector } from '@p2p/protocol';
import { encodeRows, type RowChange } from '../rows.js';
import type { FileHeader, Folded } from './contents.js';
import type { FileCommand } from './files.js';
import { beginLog, type LogWriter } from './log-writer.js';

/** What is to be noted of the journal beside a mark. */
export type JournalBehind = (folded: Vector) => Pick<Folded, 'tail' | 'flushed'>;

export class FoldedLog {
  readonly #log: LogWriter;
  readonly #journalBehind: JournalBehind;
  /** Bytes up to the first mark, and so about what it would take to write all rows again. */
  readonly baseBytes: number;
  #rows: Uint8Array[] = [];
  #rowBytes = 0;
  #mark: FoldMark | undefined;

  /** Goes on in a complete file. */
  constructor(log: LogWriter, baseBytes: number, journalBehind: JournalBehind) {
    this.#log = log;
    this.baseBytes = baseBytes;
    this.#journalBehind = journalBehind;
  }

  get file(): string {
    return this.#log.file;
  }

  /** Bytes of changes behind the base. */
  get changedBytes(): number {
    return this.#log.bytes - this.baseBytes;
  }

  /** Takes rows that bring the state from the mark before to this one; mostly there is nothing to do about it yet. */
  *add(rows: readonly RowChange[], mark: FoldMark): Generator<FileCommand> {
    const bytes = encodeRows(rows);
    this.#rows.push(bytes);
    this.#rowBytes += bytes.length;
    this.#mark = mark;
    if (this.#rowBytes >= FOLD_WRITE_BYTES) yield* this.write();
  }

  /** Writes what was collected. */
  *write(): Generator<FileCommand> {
    if (this.#mark === undefined) return;
    const mark = this.#mark;
    yield this.#log.append({ kind: 'folded', rows: this.#rows, mark, ...this.#journalBehind(mark.vector) });
    yield this.#log.flush();
    this.#rows = [];
    this.#rowBytes = 0;
    this.#mark = undefined;
  }
}

/** A file of the folded state that does not count yet. */
export class FoldedDraft {
  readonly begun: FileCommand;
  readonly #log: LogWriter;

  constructor(header: FileHeader) {
    const { log, begun } = beginLog(header);
    this.#log = log;
    this.begun = begun;
  }

  get file(): string {
    return this.#log.file;
  }

  add(rows: readonly RowChange[]): FileCommand {
    return this.#log.append({ kind: 'rows', rows: [encodeRows(rows)] });
  }

  /** From the last of these commands on, the file counts: what it says has to be on the disk before. */
  *finish(mark: FoldMark, journalBehind: JournalBehind): Generator<FileCommand, FoldedLog> {
    yield this.#log.flush();
    yield this.#log.append({ kind: 'folded', rows: [], mark, ...journalBehind(mark.vector) });
    yield this.#log.flush();
    return new FoldedLog(this.#log, this.#log.bytes, journalBehind);
  }
}
