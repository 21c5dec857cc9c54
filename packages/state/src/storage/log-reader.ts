/** Reads one of our files: first whose it is, then what its records hold, and how it ends. */
import { type Content, decodeContent, type FileHeader, STORAGE_FORMAT } from './contents.js';
import { damaged, foreign, type Unusable } from './faults.js';
import { type DirectoryReader, type Expected, parseFileName } from './files.js';
import { type LogEnd, RecordScanner, type ScanStart } from './records.js';

export interface ReadContent {
  readonly content: Content;
  readonly offset: number;
  readonly end: number;
  readonly ordinal: number;
}

/** Contents of a file's records, from `from` on. A record that holds nothing of ours ends it as damaged. */
export class LogReader {
  readonly #file: string;
  readonly #scanner: RecordScanner;
  #senseless: number | undefined;
  #next: ScanStart;

  constructor(directory: DirectoryReader, file: string, from: ScanStart = { offset: 0, records: 0 }) {
    this.#file = file;
    this.#scanner = new RecordScanner(directory.read(file, from.offset), from);
    this.#next = from;
  }

  next(): ReadContent | undefined {
    if (this.#senseless !== undefined) return undefined;
    const record = this.#scanner.next();
    if (record === undefined) return undefined;
    const { offset, end, ordinal, payload } = record;
    const content = decodeContent(payload);
    if (content === undefined) {
      this.#senseless = offset;
      return undefined;
    }
    this.#next = { offset: end, records: ordinal + 1 };
    return { content, offset, end, ordinal };
  }

  /** Behind the last content that was read: where a writer goes on. */
  get length(): { readonly bytes: number; readonly records: number } {
    return { bytes: this.#next.offset, records: this.#next.records ?? 0 };
  }

  /** How it ended; only once {@link next} gives nothing any more. */
  get end(): LogEnd {
    if (this.#senseless !== undefined) return { kind: 'damaged', offset: this.#senseless, next: this.#senseless + 1 };
    if (this.#scanner.end === undefined) throw new Error(`${this.#file} has not been read to its end`);
    return this.#scanner.end;
  }
}

/** The header that a file begins with; undefined where it has none, because its beginning was never written. */
export function readHeader(reader: LogReader, file: string, expected: Expected): FileHeader | Unusable | undefined {
  const first = reader.next();
  if (first === undefined) {
    const { kind, offset } = reader.end;
    return kind === 'damaged' ? damaged(file, offset) : undefined;
  }
  const { content } = first;
  if (content.kind !== 'header') return damaged(file, 0);
  if (content.format > STORAGE_FORMAT) return foreign(file, 'newer_format');
  if (content.cluster !== expected.cluster) return foreign(file, 'other_cluster');
  if (content.slot !== expected.slot) return foreign(file, 'other_slot');
  const name = parseFileName(file);
  const isItsOwn =
    name?.generation === content.generation && name.role === content.role && name.number === content.number;
  return isItsOwn ? content : damaged(file, 0, "isn't the file that it is named after,");
}
