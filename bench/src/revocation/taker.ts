/** A downloader as thin as can be: asks the first peer of a swarm for all of a file, and notes when it ends. */
import { encodeMessage, isDataFrame, MAX_PEER_FRAME_BYTES, PROTOCOL_VERSION, type ReplyTo } from '@p2p/protocol';
import { type Connection, dialSecure, type Identity } from '@p2p/transport';

const DIAL_TIMEOUT_MS = 10_000;

export class Taker {
  /** Resolves with the first byte. Rejects where the connection ends before. */
  readonly taking: Promise<void>;
  /** When the connection has ended, by `performance.now()`: no byte comes after that. */
  readonly ended: Promise<number>;
  byteCount = 0;

  private constructor(connection: Connection, { group, root, bytes, grant }: ReplyTo<'open_swarm'>) {
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
          this.byteCount += frame.length;
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
      { type: 'request', channel: 1, request: 1, ranges: [[0, bytes]] },
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
