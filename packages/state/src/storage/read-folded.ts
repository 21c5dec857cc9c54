/** Reads a file of the folded state back into a state. */
import type { FoldMark } from '@p2p/protocol';
import { decodeOwnRows, StateLoader } from '../rows.js';
import type { State } from '../state.js';
import type { FileHeader, Folded, JournalPosition } from './contents.js';
import { damaged, type Unusable } from './faults.js';
import type { DirectoryReader, Expected } from './files.js';
import { LogReader, readHeader } from './log-reader.js';
import type { LogLength } from './log-writer.js';

export type FoldedFile =
  | {
      readonly kind: 'complete';
      readonly header: FileHeader;
      readonly state: State;
      readonly mark: FoldMark;
      readonly tail: JournalPosition;
      readonly flushed: JournalPosition;
      readonly baseBytes: number;
      /** Of what is valid; the file is longer where it is torn. */
      readonly length: LogLength;
      readonly isTorn: boolean;
    }
  /** It never counted. */
  | { readonly kind: 'unfinished' }
  | Unusable;

export function readFolded(directory: DirectoryReader, file: string, expected: Expected): FoldedFile {
  const reader = new LogReader(directory, file);
  const header = readHeader(reader, file, expected);
  if (header === undefined) return { kind: 'unfinished' };
  if (header.kind === 'unusable') return header.reason === 'damaged' ? unlessUnfinished(directory, header) : header;
  const loader = new StateLoader();
  let last: Folded | undefined;
  let baseBytes = 0;
  for (let read = reader.next(); read !== undefined; read = reader.next()) {
    const { content, offset, end } = read;
    const isInPlace = content.kind === 'folded' || (content.kind === 'rows' && last === undefined);
    if (!isInPlace || !addRows(loader, content.rows)) return damaged(file, offset);
    if (content.kind === 'rows') continue;
    if (last === undefined) baseBytes = end;
    last = content;
  }
  const { kind, offset } = reader.end;
  if (kind === 'damaged')
    return last === undefined ? unlessUnfinished(directory, damaged(file, offset)) : damaged(file, offset);
  if (last === undefined) return { kind: 'unfinished' };
  const { mark, tail, flushed } = last;
  const isTorn = kind === 'torn';
  return {
    kind: 'complete',
    header,
    state: loader.finish(),
    mark,
    tail,
    flushed,
    baseBytes,
    length: reader.length,
    isTorn,
  };
}

function addRows(loader: StateLoader, encoded: readonly Uint8Array[]): boolean {
  try {
    for (const bytes of encoded) loader.add(decodeOwnRows(bytes));
    return true;
  } catch {
    // The checksum is right and the content is not: whatever wrote this was not this program.
    return false;
  }
}

/**
 * What is wrong with a file that holds no mark before the fault. Where none comes after it either, it was never
 * finished: what of it a crash has left on the disk has no order.
 */
function unlessUnfinished(directory: DirectoryReader, fault: Unusable): FoldedFile {
  const { file } = fault;
  let { offset } = fault;
  for (;;) {
    const reader = new LogReader(directory, file, { offset, records: undefined });
    for (let read = reader.next(); read !== undefined; read = reader.next()) {
      if (read.content.kind === 'folded') return fault;
    }
    const { end } = reader;
    if (end.kind !== 'damaged') return { kind: 'unfinished' };
    offset = end.next;
  }
}
