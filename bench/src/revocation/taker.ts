/** A downloader as thin as can be: asks the first peer of a swarm for all of a file, and notes when it ends. */
import {
  DATA_HEADER_BYTES,
  encodeMessage,
  isDataFrame,
  MAX_PEER_FRAME_BYTES,
  PROTOCOL_VERSION,
  type ReplyTo,
} from '@p2p/protocol';
import { type Connection, dialSecure, type Identity } from '@p2p/transport';

const now = (): number => Math.round(performance.now());

const DIAL_TIMEOUT_MS = 10_000;

export class Taker {
  /** Resolves with the first byte. Rejects where the connection ends before. */
  readonly taking: Promise<void>;
  /** When the connection has ended, by `performance.now()`: no byte comes after that. */
  readonly ended: Promise<number>;
  byteCount = 0;

  private constructor(connection: Connection, { group, root, bytes, pieceLength, grant }: ReplyTo<'open_swarm'>) {
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
            encodeMessage({ type: 'credit', channel: 1, received: this.byteCount, credit: bytes, clock: now() }),
          );
          began();
        },
        closed: (reason) => {
          failed(new Error(`the sharer hung up before a byte came: ${JSON.stringify(reason)}`));
          resolve(performance.now());
        },
      });
    });
    for (const message of [
      { type: 'hello', protocol: PROTOCOL_VERSION, role: 'download', grant },
      { type: 'open', channel: 1, group, root },
      { type: 'credit', channel: 1, received: 0, credit: bytes, clock: now() },
      { type: 'offer', channel: 1, add: [[0, Math.ceil(bytes / pieceLength)]] },
    ]) {
      connection.send(encodeMessage(message));
    }
  }

  static async dial(identity: Identity, swarm: ReplyTo<'open_swarm'>): Promise<Taker> {
    const [peer] = swarm.peers;
    if (peer === undefined) throw new Error('nobody shares the file');
    const { host, port } = peer.address;
    const dialled = await dialSecure({
      identity,
      host,
      port,
      expectKey: peer.device,
      timeoutMs: DIAL_TIMEOUT_MS,
      maxFrameBytes: MAX_PEER_FRAME_BYTES,
    });
    if (!dialled.ok) throw new Error(dialled.message);
    return new Taker(dialled.connection, swarm);
  }
}
