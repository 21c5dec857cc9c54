/**
 * A log file is a row of records, each with its length, its number and a checksum over all of it. How a scan ends tells
 * a write that a crash has cut short from damage: behind the first there is nothing, behind the second there is more.
 */
import { MAX_RECORD_BYTES } from '@p2p/protocol';
import { ChunkWindow } from './chunk-window.js';
import { crc32c } from './crc32c.js';

/** Magic, payload length, ordinal, checksum; four bytes each, little-endian. */
const RECORD_HEADER_BYTES = 16;

/** None of these bytes occurs in UTF-8, so that no name that somebody chose can look like the beginning of a record. */
const MAGIC_FIRST_BYTE = 0xf5;
const MAGIC = 0xfec1fff5;

export interface LogRecord {
  /** Of its first byte in the file. */
  readonly offset: number;
  /** Of the byte behind it. */
  readonly end: number;
  readonly ordinal: number;
  /** Good until the next record is asked for. */
  readonly payload: Uint8Array;
}

export type LogEnd =
  | { readonly kind: 'clean'; readonly offset: number }
  /** From `offset` on there is no valid record any more. */
  | { readonly kind: 'torn'; readonly offset: number }
  /** What begins at `offset` is no valid record, or not the one that is due; a valid one begins at `next`. */
  | { readonly kind: 'damaged'; readonly offset: number; readonly next: number };

/** Where in a file the chunks begin, and how many records are before it; undefined where nobody knows. */
export interface ScanStart {
  readonly offset: number;
  readonly records: number | undefined;
}

/** One record. Ordinals count the records of a file from 0. */
export function encodeRecord(ordinal: number, payload: Uint8Array): Uint8Array {
  if (payload.length > MAX_RECORD_BYTES) throw new Error(`a record of ${payload.length} bytes`);
  const record = new Uint8Array(RECORD_HEADER_BYTES + payload.length);
  record.set(payload, RECORD_HEADER_BYTES);
  const header = new DataView(record.buffer);
  header.setUint32(0, MAGIC, true);
  header.setUint32(4, payload.length, true);
  header.setUint32(8, ordinal, true);
  header.setUint32(12, checksumOf(record), true);
  return record;
}

function checksumOf(record: Uint8Array): number {
  return crc32c(record.subarray(RECORD_HEADER_BYTES), crc32c(record.subarray(4, 12)));
}

/** Reads a log from chunks of any size. They are not copied where that can be helped, and must not be reused. */
export class RecordScanner {
  readonly #window: ChunkWindow;
  /** Due next; undefined while any is taken. */
  #ordinal: number | undefined;
  #end: LogEnd | undefined;
  #current = 0;

  constructor(chunks: Iterable<Uint8Array>, from: ScanStart = { offset: 0, records: 0 }) {
    this.#window = new ChunkWindow(chunks, from.offset);
    this.#ordinal = from.records;
  }

  /** How it ended; undefined as long as {@link next} gives records. */
  get end(): LogEnd | undefined {
    return this.#end;
  }

  next(): LogRecord | undefined {
    if (this.#end !== undefined) return undefined;
    const window = this.#window;
    window.skip(this.#current);
    if (!window.fill(1)) {
      this.#end = { kind: 'clean', offset: window.offset };
      return undefined;
    }
    const record = this.#recordHere();
    if (record === undefined || (this.#ordinal !== undefined && record.ordinal !== this.#ordinal)) {
      this.#end = this.#searchBehind(window.offset, record !== undefined);
      return undefined;
    }
    this.#ordinal = record.ordinal + 1;
    this.#current = record.end - record.offset;
    return record;
  }

  #recordHere(): LogRecord | undefined {
    const window = this.#window;
    if (!window.fill(RECORD_HEADER_BYTES) || window.uint32(0) !== MAGIC) return undefined;
    const length = window.uint32(4);
    const bytes = RECORD_HEADER_BYTES + length;
    if (length > MAX_RECORD_BYTES || !window.fill(bytes)) return undefined;
    const record = window.view(bytes);
    if (checksumOf(record) !== window.uint32(12)) return undefined;
    const { offset } = window;
    const payload = record.subarray(RECORD_HEADER_BYTES);
    return { offset, end: offset + bytes, ordinal: window.uint32(8), payload };
  }

  #searchBehind(offset: number, isRecord: boolean): LogEnd {
    const window = this.#window;
    if (isRecord) return { kind: 'damaged', offset, next: offset };
    for (window.skip(1); window.skipTo(MAGIC_FIRST_BYTE); window.skip(1)) {
      const record = this.#recordHere();
      if (record !== undefined) return { kind: 'damaged', offset, next: record.offset };
    }
    return { kind: 'torn', offset };
  }
}
