/** One file that is being written: its records are counted, and what was written is known to the byte. */
import { type Content, encodeContent, type FileHeader } from './contents.js';
import { type FileCommand, fileNameOf } from './files.js';
import { encodeRecord } from './records.js';

/** Where a file ends: its bytes, and the records in them. */
export interface LogLength {
  readonly bytes: number;
  readonly records: number;
}

export class LogWriter {
  readonly file: string;
  #bytes: number;
  #records: number;

  constructor(file: string, length: LogLength = { bytes: 0, records: 0 }) {
    this.file = file;
    this.#bytes = length.bytes;
    this.#records = length.records;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get records(): number {
    return this.#records;
  }

  append(content: Content): FileCommand {
    const bytes = encodeRecord(this.#records, encodeContent(content));
    this.#bytes += bytes.length;
    this.#records += 1;
    return { kind: 'append', file: this.file, bytes };
  }

  flush(): FileCommand {
    return { kind: 'flush', file: this.file };
  }
}

/** A new file, with the record that says whose it is. */
export function beginLog(header: FileHeader): { readonly log: LogWriter; readonly begun: FileCommand } {
  const log = new LogWriter(fileNameOf(header));
  return { log, begun: log.append(header) };
}
