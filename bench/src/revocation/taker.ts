/** A downloader as thin as can be: asks the first peer of a swarm for all of a file, and notes when it ends. */
import { DATA_HEADER_BYTES, encodeMessage, isDataFrame, type ReplyTo } from '@p2p/protocol';
import type { Connection, Identity } from '@p2p/transport';
import { askForAll, dialFirstPeer } from '../contenders/thin-downloader.js';

const now = (): number => Math.round(performance.now());

export class Taker {
  /** Resolves with the first byte. Rejects where the connection ends before. */
  readonly taking: Promise<void>;
  /** When the connection has ended, by `performance.now()`: no byte comes after that. */
  readonly ended: Promise<number>;
  byteCount = 0;

  private constructor(connection: Connection, swarm: ReplyTo<'open_swarm'>) {
    let began: () => void = () => undefined;
    let failed: (error: Error) => void = () => undefined;
    this.taking = new Promise((resolve, reject) => {
      began = resolve;
      failed = reject;
    });
    this.ended = new Promise((resolve) => {
      connection.start({
        frame: (frame) => {
          if (!isDataFrame(frame)) return;
          this.byteCount += frame.length - DATA_HEADER_BYTES;
          connection.send(
            encodeMessage({ type: 'credit', channel: 1, received: this.byteCount, credit: swarm.bytes, clock: now() }),
          );
          began();
        },
        closed: (reason) => {
          failed(new Error(`the sharer hung up before a byte came: ${JSON.stringify(reason)}`));
          resolve(performance.now());
        },
      });
    });
    askForAll(connection, swarm);
  }

  static async dial(identity: Identity, swarm: ReplyTo<'open_swarm'>): Promise<Taker> {
    return new Taker(await dialFirstPeer(identity, swarm), swarm);
  }
}
