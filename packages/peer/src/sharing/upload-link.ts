/**
 * Blocks of files on their way to one downloader, in the order in which they were chosen. They are read just before
 * they are sent: what is held for somebody who takes nothing is bounded, however much was chosen for it.
 */
import { DATA_HEADER_BYTES, FRAME_HEADER_BYTES, MAX_UPLOAD_BACKLOG_BYTES, writeDataHeader } from '@p2p/protocol';
import type { Connection } from '@p2p/transport';
import type { PooledBuffers } from './pooled-buffers.js';
import type { SharedContent } from './shared-content.js';

/** In front of a block's bytes. */
const HEADERS_BYTES = FRAME_HEADER_BYTES + DATA_HEADER_BYTES;

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
  readonly #buffers: PooledBuffers;
  readonly #watch: ReadWatch;
  /** Chosen, and not read yet. */
  readonly #waiting: UploadBlock[] = [];
  /** Resolves when everything that was begun has been sent. */
  #last: Promise<void> = Promise.resolve();
  #readingBytes = 0;
  #isDraining = false;

  constructor(connection: Connection, { buffers, watch }: { buffers: PooledBuffers; watch: ReadWatch }) {
    this.#connection = connection;
    this.#buffers = buffers;
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
    const room = this.#buffers.take(HEADERS_BYTES + byteCount);
    const reading = readInto(room, block);
    const carried = async (): Promise<void> => {
      const isRead = await reading;
      this.#watch.ended();
      await before;
      this.#readingBytes -= byteCount;
      this.#send(block, { room, isRead });
      this.#begin();
    };
    this.#last = carried();
  }

  #send({ lane, start, end }: UploadBlock, { room, isRead }: { room: Uint8Array; isRead: boolean }): void {
    const giveBack = (): void => this.#buffers.giveBack(room);
    const taken = (): void => {
      giveBack();
      // At once, not when most is gone: the line would be idle while the next block is read.
      this.#begin();
    };
    // Closed meanwhile, perhaps since the downloader may have no more of it.
    if (lane.closed || !isRead) giveBack();
    if (lane.closed) return;
    if (!isRead) return lane.changed();
    this.#connection.sendInPlace(room, taken);
    lane.sent(end - start);
  }
}

/** A data frame with room for its length in front. False where the bytes can't be had any more. */
function readInto(room: Uint8Array, { lane, start }: UploadBlock): Promise<boolean> {
  writeDataHeader(room.subarray(FRAME_HEADER_BYTES), lane.channel, start);
  return lane.content.read(start, room.subarray(HEADERS_BYTES));
}
