/** A downloader that would take all of a file, and acknowledges nothing of what comes. */
import { encodeMessage, MAX_PEER_FRAME_BYTES, PROTOCOL_VERSION, type ReplyTo } from '@p2p/protocol';
import { type Connection, dialSecure, type Identity } from '@p2p/transport';

const DIAL_TIMEOUT_MS = 10_000;

export class Staller {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Resolves when the first peer of the swarm has opened the file for it.
   * @param reads whether it goes on reading then
   */
  static async begin(identity: Identity, swarm: ReplyTo<'open_swarm'>, reads: boolean): Promise<Staller> {
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
    const { connection } = dialled;
    await new Promise<void>((opened, failed) => {
      connection.start({
        frame: () => {
          opened();
          if (!reads) connection.pause();
        },
        closed: (reason) => failed(new Error(`the seeder hung up at once: ${JSON.stringify(reason)}`)),
      });
      for (const message of wishesFor(swarm)) connection.send(encodeMessage(message));
    });
    return new Staller(connection);
  }

  close(): void {
    this.#connection.close();
  }
}

function wishesFor({ group, root, bytes, pieceLength, grant }: ReplyTo<'open_swarm'>) {
  return [
    { type: 'hello', protocol: PROTOCOL_VERSION, role: 'download', grant },
    { type: 'open', channel: 1, group, root },
    { type: 'credit', channel: 1, received: 0, credit: bytes, clock: Math.round(performance.now()) },
    { type: 'offer', channel: 1, add: [[0, Math.ceil(bytes / pieceLength)]] },
  ];
}
