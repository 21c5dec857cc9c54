/**
 * What a replica says has to be kept, as commands to files. Everything is written in such an order that whenever it
 * stops, the directory holds one whole generation: the one in use, or the one that takes its place.
 */
import {
  type EncodedOperation,
  type FoldMark,
  JOURNAL_COMMIT_BYTES,
  MIN_REWRITE_BYTES,
  SNAPSHOT_SLICE_ROWS,
} from '@p2p/protocol';
import type { ReplicaBase } from '../replica/interface.js';
import { type RowChange, tablesToWrite } from '../rows.js';
import type { State } from '../state.js';
import { type FileHeader, STORAGE_FORMAT } from './contents.js';
import { type Expected, type FileCommand, type FileRole, parseFileName } from './files.js';
import { FoldedDraft, type FoldedLog } from './folded-log.js';
import { groupCommits, Journal } from './journal.js';

/** Where a directory stands: what a {@link Store} goes on with. */
export interface StoreParts {
  readonly header: GenerationHeader;
  readonly journal: Journal;
  readonly folded: FoldedLog;
}

/** What all headers of a generation have in common. */
export type GenerationHeader = Omit<FileHeader, 'role' | 'number'>;

export class Store {
  #parts: StoreParts | undefined;
  #draft: FoldedDraft | undefined;
  readonly #expected: Expected;
  /** All files of ours that are, or may be, in the directory. */
  readonly #files: Set<string>;

  /** Without parts it begins with {@link install}. */
  constructor(expected: Expected, files: Iterable<string>, parts?: StoreParts) {
    this.#expected = expected;
    this.#files = new Set(files);
    this.#parts = parts;
  }

  /**
   * One group commit. It is on the disk when the last of these commands has been performed, and only then the next one
   * may be asked for.
   */
  appendOperations(operations: readonly EncodedOperation[]): FileCommand[] {
    return [...this.#noted(this.#current.journal.append(operations))];
  }

  /** Rows that bring the folded state up to `mark`. Need not be performed soon; not while it is being rewritten. */
  appendFold(rows: readonly RowChange[], mark: FoldMark): FileCommand[] {
    if (this.#draft !== undefined) throw new Error('folded while the folded state is being rewritten');
    return [...this.#current.folded.add(rows, mark)];
  }

  /** Writes the rows that have been collected. */
  writeFold(): FileCommand[] {
    return [...this.#current.folded.write()];
  }

  /** Whether so much has changed that all rows had better be written anew. */
  get wantsRewrite(): boolean {
    const { baseBytes, changedBytes } = this.#current.folded;
    return (
      this.#draft === undefined && changedBytes > Math.max(baseBytes, this.#expected.rewriteBytes ?? MIN_REWRITE_BYTES)
    );
  }

  /** Begins to write the folded state anew. Nothing may be folded until it is finished. */
  beginRewrite(): FileCommand[] {
    const written = this.writeFold();
    const { header, folded } = this.#current;
    const number = (parseFileName(folded.file)?.number ?? 0) + 1;
    this.#draft = new FoldedDraft({ ...header, role: 'folded', number });
    this.#files.add(this.#draft.file);
    return [...written, this.#draft.begun];
  }

  addToRewrite(rows: readonly RowChange[]): FileCommand {
    if (this.#draft === undefined) throw new Error('no rewrite has begun');
    return this.#draft.add(rows);
  }

  /** All rows up to `mark` have been given. The new file takes the place of the old one. */
  finishRewrite(mark: FoldMark): FileCommand[] {
    return [...this.#finishRewrite(mark)];
  }

  *#finishRewrite(mark: FoldMark): Generator<FileCommand> {
    const draft = this.#draft;
    if (draft === undefined) throw new Error('no rewrite has begun');
    const { header, journal, folded } = this.#current;
    const rewritten = yield* draft.finish(mark, (vector) => journal.behind(vector));
    this.#parts = { header, journal, folded: rewritten };
    this.#draft = undefined;
    yield* this.#remove([folded.file]);
  }

  /**
   * A new generation in place of all that is kept. The commands come while they are being performed, rows in slices;
   * nothing else may be performed, or asked of the store, meanwhile.
   */
  *install({ incarnation, state, mark, tail }: ReplicaBase): Generator<FileCommand> {
    const former = [...this.#files];
    const generation = Math.max(0, ...former.map((file) => parseFileName(file)?.generation ?? 0)) + 1;
    const { cluster, slot, segmentBytes } = this.#expected;
    const identity = { cluster, slot, incarnation, generation, base: mark };
    const header: GenerationHeader = { kind: 'header', format: STORAGE_FORMAT, ...identity };
    const journal = new Journal(headersOf(header, 'journal'), segmentBytes);
    const draft = new FoldedDraft({ ...header, role: 'folded', number: 1 });
    yield* this.#noted(journal.begin());
    for (const commit of groupCommits(tail, JOURNAL_COMMIT_BYTES)) yield* this.#noted(journal.append(commit));
    this.#files.add(draft.file);
    yield draft.begun;
    for (const rows of slicesOf(state)) yield draft.add(rows);
    // From the end of this on the new generation counts, so all else of it has been flushed before.
    const folded = yield* draft.finish(mark, (vector) => journal.behind(vector));
    this.#parts = { header, journal, folded };
    this.#draft = undefined;
    yield* this.#remove(former);
  }

  get #current(): StoreParts {
    if (this.#parts === undefined) throw new Error('nothing has been installed');
    return this.#parts;
  }

  *#remove(files: readonly string[]): Generator<FileCommand> {
    for (const file of files) {
      this.#files.delete(file);
      yield { kind: 'remove', file };
    }
  }

  *#noted(commands: Iterable<FileCommand>): Generator<FileCommand> {
    for (const command of commands) {
      this.#files.add(command.file);
      yield command;
    }
  }
}

export function headersOf(header: GenerationHeader, role: FileRole): (number: number) => FileHeader {
  return (number) => ({ ...header, role, number });
}

function* slicesOf(state: State): Generator<RowChange[]> {
  let slice: RowChange[] = [];
  for (const table of tablesToWrite(state)) {
    const { name, outer } = table.path;
    for (const [key, row] of table.entries()) {
      slice.push([name, outer, key, row]);
      if (slice.length < SNAPSHOT_SLICE_ROWS) continue;
      yield slice;
      slice = [];
    }
  }
  if (slice.length > 0) yield slice;
}
