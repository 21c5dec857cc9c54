/** Reads the end of the journal: the operations that are not folded. */
import { decodeOwnOperation, type EncodedOperation, type FoldMark, type Operation } from '@p2p/protocol';
import { type GrowingVector, seqIn } from '../replica/vectors.js';
import { type Batch, comparePositions, type FileHeader, type JournalPosition } from './contents.js';
import { damaged, missing, type Unusable } from './faults.js';
import { type DirectoryReader, type Expected, type FileCommand, fileNameOf } from './files.js';
import { Journal } from './journal.js';
import { LogReader, readHeader } from './log-reader.js';
import { LogWriter } from './log-writer.js';
import { headersOf } from './store.js';

/** What is known of a generation before its journal is read. */
export interface JournalToRead {
  readonly expected: Expected;
  /** Of the folded state. */
  readonly header: FileHeader;
  readonly mark: FoldMark;
  /** From where on it has to be read. */
  readonly tail: JournalPosition;
  /** Up to where it must be there. */
  readonly flushed: JournalPosition;
  /** Number of the last segment that is there. */
  readonly lastSegment: number;
}

export interface Tail {
  readonly kind: 'tail';
  /** In the order of the journal. */
  readonly operations: readonly EncodedOperation[];
  readonly journal: Journal;
  /** What a crash has left of a write is cut off, and the rest is certain to be on the disk. */
  readonly repairs: readonly FileCommand[];
}

export function readTail(directory: DirectoryReader, of: JournalToRead): Tail | Unusable {
  const files = new Set(directory.list());
  const reader = new TailReader(directory, of);
  for (let segment = of.tail.segment; segment <= Math.max(of.tail.segment, of.lastSegment); segment++) {
    const file = reader.fileOf(segment);
    const fault = files.has(file) ? reader.readSegment(segment) : missing(file);
    if (fault !== undefined) return fault;
  }
  return reader.finish();
}

class TailReader {
  readonly #directory: DirectoryReader;
  readonly #of: JournalToRead;
  readonly #headerOf: (segment: number) => FileHeader;
  readonly #journal: Journal;
  readonly #operations: EncodedOperation[] = [];
  readonly #repairs: FileCommand[] = [];
  /** Highest seq read per incarnation. */
  readonly #read: GrowingVector = {};
  #end: JournalPosition;

  constructor(directory: DirectoryReader, of: JournalToRead) {
    this.#directory = directory;
    this.#of = of;
    this.#end = of.tail;
    this.#headerOf = headersOf(of.header, 'journal');
    this.#journal = new Journal(this.#headerOf, of.expected.segmentBytes);
  }

  fileOf(segment: number): string {
    return fileNameOf(this.#headerOf(segment));
  }

  finish(): Tail | Unusable {
    const file = this.fileOf(this.#end.segment);
    if (comparePositions(this.#end, this.#of.flushed) < 0) return damaged(file, this.#end.offset, 'has lost its end,');
    return { kind: 'tail', operations: this.#operations, journal: this.#journal, repairs: this.#repairs };
  }

  readSegment(segment: number): Unusable | undefined {
    const file = this.fileOf(segment);
    const isFirst = segment === this.#of.tail.segment;
    let reader = new LogReader(this.#directory, file);
    const header = readHeader(reader, file, this.#of.expected);
    if (header === undefined) return this.#dropUnbegun(segment, isFirst);
    if (header.kind === 'unusable') return header;
    if (header.incarnation !== this.#of.header.incarnation) return damaged(file, 0);
    if (isFirst && this.#of.tail.offset > reader.length.bytes) {
      if (this.#of.tail.offset > this.#directory.size(file)) return tooShort(this.#directory, file);
      reader = new LogReader(this.#directory, file, this.#of.tail);
    }
    const fault = this.#readBatches(segment, reader);
    if (fault !== undefined) return fault;
    const { end, length } = reader;
    if (end.kind === 'damaged' || (end.kind === 'torn' && segment < this.#of.lastSegment))
      return damaged(file, end.offset);
    if (end.kind === 'torn') this.#repairs.push({ kind: 'truncate', file, bytes: length.bytes });
    this.#repairs.push({ kind: 'flush', file });
    this.#end = { segment, offset: length.bytes, records: length.records };
    this.#journal.resume(segment, new LogWriter(file, length));
    return undefined;
  }

  /** A segment whose header a crash has prevented is as if it weren't there: nothing can come behind it. */
  #dropUnbegun(segment: number, isFirst: boolean): Unusable | undefined {
    const file = this.fileOf(segment);
    if (isFirst || segment < this.#of.lastSegment) return tooShort(this.#directory, file);
    this.#repairs.push({ kind: 'remove', file });
    return undefined;
  }

  #readBatches(segment: number, reader: LogReader): Unusable | undefined {
    for (let read = reader.next(); read !== undefined; read = reader.next()) {
      const { content, offset, ordinal } = read;
      const fresh = content.kind === 'batch' ? this.#unfoldedOf(content) : undefined;
      if (fresh === undefined) return damaged(this.fileOf(segment), offset);
      if (fresh.length > 0) this.#journal.note({ segment, offset, records: ordinal }, fresh);
      for (const encoded of fresh) this.#operations.push(encoded);
    }
    return undefined;
  }

  /** The operations of a batch that are not folded; undefined where one is none, or one before it is missing. */
  #unfoldedOf({ operations }: Batch): EncodedOperation[] | undefined {
    const fresh: EncodedOperation[] = [];
    for (const bytes of operations) {
      const operation = operationIn(bytes);
      if (operation === undefined) return undefined;
      const { stamp, seq } = operation;
      const folded = seqIn(this.#of.mark.vector, stamp.incarnation);
      const before = this.#read[stamp.incarnation];
      if (before === undefined ? seq > folded + 1 : seq !== before + 1) return undefined;
      this.#read[stamp.incarnation] = seq;
      if (seq > folded) fresh.push({ operation, bytes: Uint8Array.from(bytes) });
    }
    return fresh;
  }
}

/** Undefined where the checksum is right and the content is not: whatever wrote this was not this program. */
function operationIn(bytes: Uint8Array): Operation | undefined {
  try {
    const operation: Partial<Operation> | null = decodeOwnOperation(bytes);
    const isOne = typeof operation?.stamp?.incarnation === 'string' && Number.isSafeInteger(operation.seq);
    return isOne ? (operation as Operation) : undefined;
  } catch {
    return undefined;
  }
}

function tooShort(directory: DirectoryReader, file: string): Unusable {
  return damaged(file, directory.size(file), 'ends too early,');
}
