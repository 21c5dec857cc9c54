/**
 * Who dials whom: this client dials sharers, or has those that it can't reach dial it; whoever dials this client is
 * served, or serves, as its hello says.
 */
import {
  type DeviceId,
  type DialRequest,
  decodeMessage,
  MAX_PEER_FRAME_BYTES,
  PROTOCOL_VERSION,
  peerHello,
  type Reachability,
} from '@p2p/protocol';
import { type Connection, type Identity, memoryPair, readFirstFrame } from '@p2p/transport';
import { type DialPeer, dialPeerAs } from '../fetching/connect-peer.js';
import type { TrackerSession } from '../tracker-session/tracker-session.js';
import { AskedDials } from './asked-dials.js';
import { DialsForOthers } from './dials-for-others.js';
import { ReachNotice } from './reach-notice.js';

export interface DiallingOptions {
  readonly identity: Identity;
  readonly session: Pick<TrackerSession, 'ask'>;
  /** Serves whoever is at the other end. */
  readonly serve: (connection: Connection) => void;
  /** A line for a person. */
  readonly notice: (line: string) => void;
}

export class Dialling {
  readonly #options: DiallingOptions;
  readonly #dialDirectly: DialPeer;
  readonly #asked: AskedDials;
  readonly #forOthers: DialsForOthers;
  readonly #reachNotice = new ReachNotice();

  constructor(options: DiallingOptions) {
    const { identity, session, serve } = options;
    this.#options = options;
    this.#dialDirectly = dialPeerAs(identity);
    this.#asked = new AskedDials(session);
    this.#forOthers = new DialsForOthers({ identity, serve });
  }

  /** Gives a connection to a sharer by whichever way there is; the likelier one first. */
  readonly dial: DialPeer = async (peer, signal, group) => {
    if (peer.device === this.#options.identity.id) return this.#dialSelf(peer.device);
    const directly = () => this.#dialDirectly(peer, signal, group);
    const asked = () => this.#askToDial(peer.device, group, signal);
    // That a tracker can't reach it doesn't say that nobody can: both may be at home in one network.
    const [first, second] = peer.reachable === false ? [asked, directly] : [directly, asked];
    const connection = await first();
    if (typeof connection !== 'string') return connection;
    const other = await second();
    return other === 'not_reached' ? connection : other;
  };

  /** Somebody has dialled. */
  accept(connection: Connection): void {
    readFirstFrame(connection, (frame, handOn) => {
      const hello = decodeMessage(peerHello, frame);
      if (!hello.ok || hello.message.role === 'download') return this.#options.serve(handOn('first frame'));
      if (hello.message.protocol !== PROTOCOL_VERSION) return connection.fail('unsupported_version');
      if (!this.#asked.take(handOn('second frame'))) connection.fail('unexpected_message');
    });
  }

  /** A tracker says what only concerns who dials whom. */
  take(push: Reachability | DialRequest): void {
    if (push.type === 'dial_request') return void this.#forOthers.take(push);
    const line = this.#reachNotice.take(push);
    if (line !== undefined) this.#options.notice(line);
  }

  close(): void {
    this.#forOthers.close();
  }

  async #askToDial(device: DeviceId, group: Parameters<DialPeer>[2], signal: AbortSignal) {
    const connection = await this.#asked.ask(device, group, signal);
    if (connection === 'unreachable') return 'neither_reachable';
    if (connection === 'no_answer') return 'not_reached';
    // It has come as a stranger, and is none.
    connection.setUser(device);
    connection.setMaxFrameBytes(MAX_PEER_FRAME_BYTES);
    return connection;
  }

  /** A copy of what this client shares itself takes the way that all bytes take, only without a socket. */
  #dialSelf(key: DeviceId): Connection {
    const remote = { key, host: 'localhost', port: 0 };
    const [downloading, serving] = memoryPair(remote, remote);
    this.#options.serve(serving);
    return downloading;
  }
}
