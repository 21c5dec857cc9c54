/**
 * Sends what one downloader has asked for, run by run: waits until the connection takes more and the upload limit
 * allows it, then picks the next run, reads it and sends it.
 */
import { DATA_HEADER_BYTES, LEAF_BYTES, MAX_DATA_BYTES, writeDataHeader } from '@p2p/protocol';
import type { Connection } from '@p2p/transport';
import { atTurn } from './at-turn.js';
import type { RateLimiter } from './rate-limiter.js';
import type { SharedContent } from './shared-content.js';
import { type Run, UploadQueue } from './upload-queue.js';

export interface UploadPumpOptions {
  readonly connection: Pick<Connection, 'send' | 'drained' | 'closed'>;
  /** Shared by all connections. */
  readonly limiter: RateLimiter;
  /** What a channel serves; undefined where it is closed. */
  readonly contentOf: (channel: number) => SharedContent | undefined;
  /** The file of this channel is no longer the one that was hashed. */
  readonly changed: (channel: number) => void;
}

export class UploadPump {
  readonly queue = new UploadQueue();
  readonly #options: UploadPumpOptions;
  #running = false;

  constructor(options: UploadPumpOptions) {
    this.#options = options;
  }

  /** To be called when something was added to the queue. */
  wake(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    const { connection, limiter } = this.#options;
    while (!connection.closed) {
      await connection.drained();
      const run = this.queue.take(limiter.runBytes(LEAF_BYTES, MAX_DATA_BYTES));
      if (run === undefined) break;
      await new Promise<void>((resolve) => atTurn(limiter, run.end - run.start, resolve));
      await this.#send(run);
    }
    this.#running = false;
  }

  async #send({ channel, request, start, end }: Run): Promise<void> {
    const { connection, contentOf, changed } = this.#options;
    const content = contentOf(channel);
    if (content === undefined) return;
    // Sent as it is and never written to again, so it can't come from a pool.
    const frame = Buffer.allocUnsafeSlow(DATA_HEADER_BYTES + end - start);
    writeDataHeader(frame, request, start);
    const isRead = await content.read(start, frame.subarray(DATA_HEADER_BYTES));
    // Closed meanwhile, perhaps since the downloader may have no more of it.
    if (contentOf(channel) !== content) return;
    if (isRead) connection.send(frame);
    else changed(channel);
  }
}
