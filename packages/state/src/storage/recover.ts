/**
 * Reads a data directory back. The generation in use is the highest one with a complete folded state; all else was
 * being made or being removed when the tracker stopped. Nothing is written here: what has to be done is returned.
 */
import type { ReplicaBase } from '../replica/interface.js';
import { damaged, type Unusable } from './faults.js';
import {
  type DirectoryReader,
  type Expected,
  type FileCommand,
  type FileName,
  fileNameOf,
  parseFileName,
} from './files.js';
import { FoldedLog } from './folded-log.js';
import { LogReader } from './log-reader.js';
import { LogWriter } from './log-writer.js';
import { type FoldedFile, readFolded } from './read-folded.js';
import { readTail } from './read-tail.js';
import { Store } from './store.js';

export type Recovery =
  /** Nothing was ever promised from this directory. The store begins with an `install`. */
  | { readonly kind: 'empty'; readonly store: Store }
  | {
      readonly kind: 'recovered';
      readonly base: ReplicaBase;
      readonly store: Store;
      /** To be performed before anything of `base` is said to anybody. */
      readonly commands: readonly FileCommand[];
    }
  | Unusable;

/** Reading errors of `directory` go through. */
export function recover(directory: DirectoryReader, expected: Expected): Recovery {
  const files = directory.list().flatMap((file) => parseFileName(file) ?? []);
  for (const name of files.filter(({ role }) => role === 'folded').sort(latestFirst)) {
    const folded = readFolded(directory, fileNameOf(name), expected);
    if (folded.kind === 'unusable') return folded;
    if (folded.kind === 'complete') return recoverFrom(directory, { expected, files, name, folded });
  }
  return recoverNothing(directory, expected, files);
}

function latestFirst(a: FileName, b: FileName): number {
  return b.generation - a.generation || b.number - a.number;
}

interface Found {
  readonly expected: Expected;
  readonly files: readonly FileName[];
  readonly name: FileName;
  readonly folded: Extract<FoldedFile, { kind: 'complete' }>;
}

function recoverFrom(directory: DirectoryReader, { expected, files, name, folded }: Found): Recovery {
  const { header, state, mark, tail, flushed, baseBytes, length } = folded;
  const segments = files.filter(({ role, generation }) => role === 'journal' && generation === name.generation);
  const lastSegment = Math.max(0, ...segments.map(({ number }) => number));
  const read = readTail(directory, { expected, header, mark, tail, flushed, lastSegment });
  if (read.kind === 'unusable') return read;
  const { operations, journal, repairs } = read;
  const file = fileNameOf(name);
  const cut: FileCommand[] = folded.isTorn ? [{ kind: 'truncate', file, bytes: length.bytes }] : [];
  const removed = files.filter((other) => other.generation !== name.generation || isOtherFolded(other, name));
  const commands: FileCommand[] = [
    ...repairs,
    ...cut,
    { kind: 'flush', file },
    ...removed.map((other): FileCommand => ({ kind: 'remove', file: fileNameOf(other) })),
  ];
  const log = new FoldedLog(new LogWriter(file, length), baseBytes, (vector) => journal.behind(vector));
  const store = new Store(expected, [file, ...segments.map(fileNameOf)], { header, journal, folded: log });
  return {
    kind: 'recovered',
    base: { incarnation: header.incarnation, state, mark, tail: operations },
    store,
    commands,
  };
}

function isOtherFolded(other: FileName, name: FileName): boolean {
  return other.role === 'folded' && other.number !== name.number;
}

/** No folded state counts. That is how it is before the first one is complete, and then no operation was ever kept. */
function recoverNothing(directory: DirectoryReader, expected: Expected, files: readonly FileName[]): Recovery {
  for (const file of [...files].sort(latestFirst).map(fileNameOf)) {
    if (holdsSomething(directory, file))
      return damaged(file, directory.size(file), 'has no complete folded state beside it,');
  }
  return { kind: 'empty', store: new Store(expected, files.map(fileNameOf)) };
}

function holdsSomething(directory: DirectoryReader, file: string): boolean {
  let offset = 0;
  for (;;) {
    const reader = new LogReader(directory, file, { offset, records: undefined });
    for (let read = reader.next(); read !== undefined; read = reader.next()) {
      if (read.content.kind !== 'header' || read.content.base.count > 0) return true;
    }
    if (reader.end.kind !== 'damaged') return false;
    offset = reader.end.next;
  }
}
