/**
 * All uploads of a client: what is sent to whom next is chosen by one schedule for everybody, at the moment when it can
 * be sent, and only as much at a time as the schedule and the user's limit allow.
 */
import { MAX_DATA_BYTES, MAX_UPLOAD_READS, MIN_BLOCK_BYTES, UPLOAD_REVIEW_MS } from '@p2p/protocol';
import { type LaneCredit, type LaneOffer, UploadSchedule } from '@p2p/swarm';
import type { Connection } from '@p2p/transport';
import type { PooledBuffers } from './pooled-buffers.js';
import type { RateLimiter } from './rate-limiter.js';
import type { SharedContent } from './shared-content.js';
import { type BlockLane, type ReadWatch, UploadLink } from './upload-link.js';

export interface UploadFloorOptions {
  /** Of all uploads together. */
  readonly limiter: RateLimiter;
  readonly buffers: PooledBuffers;
  /** Monotonic, ms. */
  readonly now: () => number;
  /** Numbers in [0, 1). */
  readonly random: () => number;
}

/** A downloader that takes a file. */
export interface Taker {
  readonly connection: Connection;
  readonly channel: number;
  readonly content: SharedContent;
  /** The file is no longer the one that was hashed; the lane is to be closed. */
  readonly changed: () => void;
}

export interface UploadLane {
  /** Pieces beyond the last are a bug of the caller. */
  offer(change: LaneOffer): void;
  /** False where something is acknowledged that was never sent. */
  credit(credit: Omit<LaneCredit, 'nowMs'>): boolean;
  /** Nothing is sent any more, not even what is being read. */
  close(): void;
}

/** Everything that is under way. */
interface Traffic {
  /** Blocks that are being read. */
  reads: number;
  /** Bytes that have been sent and not acknowledged. */
  bytes: number;
}

class Lane implements BlockLane {
  readonly taker: Taker;
  readonly #traffic: Traffic;
  #closed = false;
  /** Since it was opened. */
  #sent = 0;
  #received = 0;

  constructor(taker: Taker, traffic: Traffic) {
    this.taker = taker;
    this.#traffic = traffic;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get channel(): number {
    return this.taker.channel;
  }

  get content(): SharedContent {
    return this.taker.content;
  }

  sent(byteCount: number): void {
    this.#sent += byteCount;
    this.#traffic.bytes += byteCount;
  }

  /** False where so much was never sent. */
  acknowledge(received: number): boolean {
    if (received > this.#sent) return false;
    const news = Math.max(0, received - this.#received);
    this.#received += news;
    this.#traffic.bytes -= news;
    return true;
  }

  close(): void {
    this.#closed = true;
    this.#traffic.bytes -= this.#sent - this.#received;
  }

  changed(): void {
    this.taker.changed();
  }
}

interface Link {
  readonly link: UploadLink;
  lanes: number;
}

interface Watch {
  readonly stop: () => void;
  lanes: number;
}

export class UploadFloor {
  readonly #options: UploadFloorOptions;
  readonly #schedule: UploadSchedule<Lane, Connection>;
  readonly #links = new Map<Connection, Link>();
  /** Files that are being taken: their new pieces are told to the schedule. */
  readonly #watched = new Map<SharedContent, Watch>();
  readonly #counting: ReadWatch = {
    begun: () => {
      this.#traffic.reads++;
    },
    ended: () => {
      this.#traffic.reads--;
      this.#wake();
    },
  };
  readonly #traffic: Traffic = { reads: 0, bytes: 0 };
  /** When it is looked whether something may be sent by then. */
  #reviewing: NodeJS.Timeout | undefined;
  #isAwake = false;

  constructor(options: UploadFloorOptions) {
    this.#options = options;
    this.#schedule = new UploadSchedule(options.random);
    options.limiter.onChange(() => this.#wake());
  }

  open(taker: Taker): UploadLane {
    const lane = new Lane(taker, this.#traffic);
    const { connection, content } = taker;
    this.#enter(taker);
    this.#schedule.open(lane, { link: connection, content });
    return {
      offer: (change) => {
        this.#schedule.offer(lane, change);
        this.#wake();
      },
      credit: (credit) => {
        if (!lane.acknowledge(credit.received)) return false;
        this.#schedule.credit(lane, { ...credit, nowMs: this.#options.now() });
        this.#wake();
        return true;
      },
      close: () => {
        if (lane.closed) return;
        lane.close();
        this.#schedule.close(lane);
        this.#leave(taker);
      },
    };
  }

  #enter({ connection, content }: Taker): void {
    const upload = { buffers: this.#options.buffers, watch: this.#counting };
    const link = this.#links.get(connection) ?? { link: new UploadLink(connection, upload), lanes: 0 };
    this.#links.set(connection, link);
    link.lanes++;
    const watch = this.#watched.get(content) ?? {
      stop: content.onPiece((piece) => this.#gain(content, piece)),
      lanes: 0,
    };
    this.#watched.set(content, watch);
    watch.lanes++;
  }

  #leave({ connection, content }: Taker): void {
    const link = this.#links.get(connection);
    if (link !== undefined && --link.lanes === 0) this.#links.delete(connection);
    const watch = this.#watched.get(content);
    if (watch !== undefined && --watch.lanes === 0) {
      watch.stop();
      this.#watched.delete(content);
    }
    // What was on its way to it makes room for others, but there are none.
    if (this.#links.size > 0) this.#wake();
    else clearTimeout(this.#reviewing);
  }

  #gain(content: SharedContent, piece: number): void {
    this.#schedule.gain(content, piece);
    this.#wake();
  }

  /** At the end of this turn of the event loop: what is said in one turn is looked at together. */
  #wake(): void {
    if (this.#isAwake) return;
    this.#isAwake = true;
    setImmediate(() => {
      this.#isAwake = false;
      this.#fill();
    });
  }

  #fill(): void {
    const { limiter, now } = this.#options;
    let nowMs = now();
    while (this.#traffic.reads < MAX_UPLOAD_READS) {
      // Nothing is chosen before it can be sent.
      const waitMs = limiter.waitMs();
      if (waitMs > 0) return this.#reviewIn(waitMs);
      nowMs = now();
      const block = this.#schedule.next(nowMs, limiter.runBytes(MIN_BLOCK_BYTES, MAX_DATA_BYTES));
      if (block === undefined) break;
      limiter.take(block.end - block.start);
      this.#links.get(block.lane.taker.connection)?.link.push(block);
    }
    // Asked of the moment at which nothing could be sent: a line that is free by now is to be tried again.
    const lineMs = this.#schedule.waitMs(nowMs);
    if (lineMs > 0) return this.#reviewIn(lineMs);
    // Who is stuck shows by time alone, and then the others may have more.
    if (this.#traffic.bytes > 0) this.#reviewIn(UPLOAD_REVIEW_MS);
  }

  #reviewIn(waitMs: number): void {
    clearTimeout(this.#reviewing);
    if (this.#links.size === 0) return;
    this.#reviewing = setTimeout(() => this.#fill(), Math.min(waitMs, UPLOAD_REVIEW_MS));
  }
}
