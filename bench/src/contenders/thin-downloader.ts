/** What a downloader without a client says and does to be sent a file by the first peer of its swarm. */
import { encodeMessage, MAX_PEER_FRAME_BYTES, PROTOCOL_VERSION, type ReplyTo } from '@p2p/protocol';
import { type Connection, dialSecure, type Identity } from '@p2p/transport';

const DIAL_TIMEOUT_MS = 10_000;

export async function dialFirstPeer(identity: Identity, swarm: ReplyTo<'open_swarm'>): Promise<Connection> {
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
  return dialled.connection;
}

/** Opens the file in channel 1, and would take all of it at once. */
export function askForAll(connection: Connection, swarm: ReplyTo<'open_swarm'>): void {
  const { group, root, bytes, pieceLength, grant } = swarm;
  for (const message of [
    { type: 'hello', protocol: PROTOCOL_VERSION, role: 'download', grant },
    { type: 'open', channel: 1, group, root },
    { type: 'credit', channel: 1, received: 0, credit: bytes, clock: Math.round(performance.now()) },
    { type: 'offer', channel: 1, add: [[0, Math.ceil(bytes / pieceLength)]] },
  ]) {
    connection.send(encodeMessage(message));
  }
}
