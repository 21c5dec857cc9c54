/**
 * Reads a data directory for the audit: not only what a start needs, but every operation since the generation in use
 * began, and every mark that says up to where they are final. Writes nothing, and may be used while a tracker runs.
 */
import { decodeOperation, type FoldMark, type Stamp } from '@p2p/protocol';
import { type GrowingVector, seqIn } from '../replica/vectors.js';
import type { State } from '../state.js';
import type { FileHeader } from './contents.js';
import { damaged, missing, type Unusable } from './faults.js';
import { type DirectoryReader, type FileName, fileNameOf, parseFileName } from './files.js';
import { LogReader, readHeader } from './log-reader.js';
import { readFolded } from './read-folded.js';

/** An operation as it lies in the journal. */
export interface KeptOperation {
  readonly stamp: Stamp;
  readonly bytes: Uint8Array;
}

/** Something that is final up to here, and where that is written. */
export interface KeptMark {
  readonly mark: FoldMark;
  readonly file: string;
  readonly offset: number;
}

export interface History {
  readonly kind: 'history';
  readonly header: FileHeader;
  /** The folded rows, at the last mark. */
  readonly state: State;
  /** In their order; at least one. */
  readonly marks: readonly KeptMark[];
  /** In the order of the journal. */
  readonly operations: readonly KeptOperation[];
}

/** Reading errors of `directory` go through. */
export function readHistory(directory: DirectoryReader): History | Unusable | { readonly kind: 'empty' } {
  const names = directory.list().flatMap((file) => parseFileName(file) ?? []);
  const folded = names.filter(({ role }) => role === 'folded').sort(latestFirst);
  for (const name of folded) {
    const file = fileNameOf(name);
    const header = headerOf(directory, file);
    const read = header === undefined ? undefined : readFolded(directory, file, header);
    if (read?.kind === 'unusable') return read;
    if (header === undefined || read?.kind !== 'complete') continue;
    const segments = names.filter(({ role, generation }) => role === 'journal' && generation === name.generation);
    const operations = readOperations(directory, header, segments);
    if (!Array.isArray(operations)) return operations as Unusable;
    // A tracker that runs may have written another mark meanwhile, for which the rows and operations have not been read.
    const marks = marksIn(directory, file).filter(({ mark }) => mark.count <= read.mark.count);
    return { kind: 'history', header, state: read.state, marks, operations };
  }
  const [first] = names;
  return first === undefined
    ? { kind: 'empty' }
    : damaged(fileNameOf(first), 0, 'has no complete folded state beside it,');
}

function latestFirst(a: FileName, b: FileName): number {
  return b.generation - a.generation || b.number - a.number;
}

/** Whoever's it is: an audit is told of no cluster and no slot beforehand. */
function headerOf(directory: DirectoryReader, file: string): FileHeader | undefined {
  const content = new LogReader(directory, file).next()?.content;
  return content?.kind === 'header' ? content : undefined;
}

function marksIn(directory: DirectoryReader, file: string): KeptMark[] {
  const marks: KeptMark[] = [];
  const reader = new LogReader(directory, file);
  for (let read = reader.next(); read !== undefined; read = reader.next()) {
    if (read.content.kind === 'folded') marks.push({ mark: read.content.mark, file, offset: read.offset });
  }
  return marks;
}

/** All operations of a generation; a torn end of its last segment is as if it weren't there. */
function readOperations(
  directory: DirectoryReader,
  header: FileHeader,
  segments: readonly FileName[],
): KeptOperation[] | Unusable {
  const last = Math.max(1, ...segments.map(({ number }) => number));
  const present = new Set(segments.map(({ number }) => number));
  const operations: KeptOperation[] = [];
  const held: GrowingVector = {};
  for (let number = 1; number <= last; number++) {
    const file = fileNameOf({ generation: header.generation, role: 'journal', number });
    if (!present.has(number)) return missing(file);
    const reader = new LogReader(directory, file);
    const begun = readHeader(reader, file, header);
    if (begun?.kind === 'unusable') return begun;
    if (begun === undefined && number < last) return damaged(file, 0);
    for (let read = begun && reader.next(); read !== undefined; read = reader.next()) {
      const batch =
        read.content.kind === 'batch' ? operationsOf(read.content.operations, header.base, held) : undefined;
      if (batch === undefined) return damaged(file, read.offset);
      for (const operation of batch) operations.push(operation);
    }
    if (begun === undefined) continue;
    const { kind, offset } = reader.end;
    if (kind === 'damaged' || (kind === 'torn' && number < last)) return damaged(file, offset);
  }
  return operations;
}

/** Undefined where one is no operation, or one before it is missing. */
function operationsOf(batch: readonly Uint8Array[], base: FoldMark, held: GrowingVector): KeptOperation[] | undefined {
  const operations: KeptOperation[] = [];
  for (const bytes of batch) {
    const decoded = decodeOperation(bytes);
    if (decoded === undefined) return undefined;
    const { stamp, seq } = decoded.operation;
    const before = held[stamp.incarnation] ?? seqIn(base.vector, stamp.incarnation);
    if (seq !== before + 1) return undefined;
    held[stamp.incarnation] = seq;
    operations.push({ stamp, bytes: Uint8Array.from(bytes) });
  }
  return operations;
}
