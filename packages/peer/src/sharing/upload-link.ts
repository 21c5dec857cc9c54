/**
 * Blocks of files on their way to one downloader, in the order in which they were chosen. They are read just before
 * they are sent: what is held for somebody who takes nothing is bounded, however much was chosen for it.
 */
import { DATA_HEADER_BYTES, MAX_UPLOAD_BACKLOG_BYTES, writeDataHeader } from '@p2p/protocol';
import type { Connection } from '@p2p/transport';
import type { SharedContent } from './shared-content.js';

/** Where a block belongs. */
export interface BlockLane {
  readonly channel: number;
  readonly content: SharedContent;
  /** Nothing is sent on it any more. */
  readonly closed: boolean;
  /** A block of it has been sent. */
  sent(byteCount: number): void;
  /** Its file is no longer the one that was hashed. */
  changed(): void;
}

/** Bytes `[start, end)` of a lane's file. */
export interface UploadBlock {
  readonly lane: BlockLane;
  readonly start: number;
  readonly end: number;
}

/** Who counts how many blocks are being read, for everybody together. */
export interface ReadWatch {
  begun(): void;
  ended(): void;
}

export class UploadLink {
  readonly #connection: Connection;
  readonly #watch: ReadWatch;
  /** Chosen, and not read yet. */
  readonly #waiting: UploadBlock[] = [];
  /** Resolves when everything that was begun has been sent. */
  #last: Promise<void> = Promise.resolve();
  #readingBytes = 0;
  #isDraining = false;

  constructor(connection: Connection, watch: ReadWatch) {
    this.#connection = connection;
    this.#watch = watch;
  }

  push(block: UploadBlock): void {
    this.#waiting.push(block);
    this.#begin();
  }

  /** Reads as much as may be held. */
  #begin(): void {
    while (!this.#isDraining && !this.#connection.closed) {
      const [block] = this.#waiting;
      if (block === undefined) return;
      if (this.#readingBytes + this.#connection.bufferedBytes >= MAX_UPLOAD_BACKLOG_BYTES) return this.#beginLater();
      this.#waiting.shift();
      if (!block.lane.closed) this.#carry(block);
    }
  }

  /** As soon as more is taken; what is being read goes on by itself. */
  #beginLater(): void {
    if (this.#readingBytes > 0) return;
    this.#isDraining = true;
    void this.#connection.drained().then(() => {
      this.#isDraining = false;
      this.#begin();
    });
  }

  #carry(block: UploadBlock): void {
    const byteCount = block.end - block.start;
    this.#readingBytes += byteCount;
    this.#watch.begun();
    const before = this.#last;
    const reading = readFrame(block);
    const carried = async (): Promise<void> => {
      const frame = await reading;
      this.#watch.ended();
      await before;
      this.#readingBytes -= byteCount;
      this.#send(block, frame);
      this.#begin();
    };
    this.#last = carried();
  }

  #send({ lane, start, end }: UploadBlock, frame: Uint8Array | undefined): void {
    // Closed meanwhile, perhaps since the downloader may have no more of it.
    if (lane.closed) return;
    if (frame === undefined) return lane.changed();
    this.#connection.send(frame);
    lane.sent(end - start);
  }
}

/** A data frame in one buffer; undefined where the bytes can't be had any more. */
async function readFrame({ lane, start, end }: UploadBlock): Promise<Uint8Array | undefined> {
  // Sent as it is and never written to again, so it can't come from a pool.
  const frame = Buffer.allocUnsafeSlow(DATA_HEADER_BYTES + end - start);
  writeDataHeader(frame, lane.channel, start);
  return (await lane.content.read(start, frame.subarray(DATA_HEADER_BYTES))) ? frame : undefined;
}
