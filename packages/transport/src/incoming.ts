/**
 * What comes on a socket that was dialled, without memory of its own for every part of it: it is put where the reader of
 * the connection wants it, or else into memory that is used again for the next part. To be handed over as the socket is
 * made; what comes before there is a reader is kept for it.
 */
import type { OnReadOpts } from 'node:net';

/** What a TLS socket gives at a time. */
const PART_BYTES = 16 * 1024;

export interface IncomingReader {
  /** Where the next bytes may be put; undefined where they are to be taken from elsewhere. */
  readonly room: Uint8Array | undefined;
  /** So many bytes have come into the room. */
  fill(byteCount: number): void;
  /** Other bytes, valid only during the call. */
  take(bytes: Uint8Array): void;
}

export class Incoming {
  /** For the options of the socket. */
  readonly onread: OnReadOpts;
  readonly #part = new Uint8Array(PART_BYTES);
  #room: Uint8Array | undefined;
  #reader: IncomingReader | undefined;
  #early: Uint8Array[] = [];

  constructor() {
    this.onread = {
      buffer: () => {
        this.#room = this.#reader?.room;
        return this.#room ?? this.#part;
      },
      callback: (byteCount, bytes) => {
        this.#take(byteCount, bytes);
        return true;
      },
    };
  }

  /** Whoever reads has paused the socket. */
  readBy(reader: IncomingReader): void {
    this.#reader = reader;
    for (const bytes of this.#early) reader.take(bytes);
    this.#early = [];
  }

  #take(byteCount: number, bytes: Uint8Array): void {
    const reader = this.#reader;
    if (reader === undefined) this.#early.push(bytes.slice(0, byteCount));
    else if (bytes === this.#room) reader.fill(byteCount);
    else reader.take(bytes.subarray(0, byteCount));
  }
}
