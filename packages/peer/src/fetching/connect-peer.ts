/** Dials a peer that the tracker named, makes sure that it is that device, and says hello as somebody who downloads. */
import {
  decodeMessage,
  encodeMessage,
  type GroupId,
  isDataFrame,
  MAX_PEER_FRAME_BYTES,
  PEER_DIAL_TIMEOUT_MS,
  PROTOCOL_VERSION,
  peerHello,
  type SwarmPeer,
} from '@p2p/protocol';
import { type Connection, dialSecure, type Identity } from '@p2p/transport';
import type { HashingPool } from '../hashing/hashing-pool.js';
import { atTurn } from '../sharing/at-turn.js';
import type { RateLimiter } from '../sharing/rate-limiter.js';
import { PeerLink, type PeerLinkOptions } from './peer-link.js';

export type PeerAt = Pick<SwarmPeer, 'device' | 'address' | 'reachable'>;

/** Why there is no connection: `neither_reachable`, where the tracker could not dial this client either. */
export type DialTrouble = 'not_reached' | 'neither_reachable';

/** Gives a connection to this device, which shares something in the group, or why there is none. */
export type DialPeer = (peer: PeerAt, signal: AbortSignal, group: GroupId) => Promise<Connection | DialTrouble>;

export function dialPeerAs(identity: Identity): DialPeer {
  return async ({ device, address }, signal) => {
    const dialled = await dialSecure({
      identity,
      host: address.host,
      port: address.port,
      expectKey: device,
      timeoutMs: PEER_DIAL_TIMEOUT_MS,
      maxFrameBytes: MAX_PEER_FRAME_BYTES,
      signal,
    });
    return dialled.ok ? dialled.connection : 'not_reached';
  };
}

export interface GreetPeerOptions extends PeerLinkOptions {
  /** Shared by all links; bytes above the limit wait in the network. */
  readonly limiter: RateLimiter;
  /** Takes what comes; nothing is read while it has too much to do. */
  readonly hashing: HashingPool;
  readonly ended: () => void;
}

/** Says hello over `connection` and waits for the answer; undefined where none comes in time. Later frames go to the link. */
export function greetPeer(connection: Connection, options: GreetPeerOptions): Promise<PeerLink | undefined> {
  const { shown, limiter, hashing, ended } = options;
  const reading = new Reading(connection);
  return new Promise((resolve) => {
    let link: PeerLink | undefined;
    let callOff = (): void => undefined;
    const timer = setTimeout(() => connection.fail('hello_timeout'), PEER_DIAL_TIMEOUT_MS);
    connection.start({
      frame: (frame, isOwn) => {
        if (link === undefined) {
          link = answerOf(frame, connection, options);
          if (link !== undefined) clearTimeout(timer);
          if (link !== undefined) connection.setLargeFrameMemory(hashing.buffers);
          resolve(link);
        } else {
          if (isDataFrame(frame)) callOff = throttle(reading, limiter, frame.length);
          link.receive(frame, isOwn);
          if (hashing.isFull) hashing.whenRoom(reading.hold());
        }
      },
      closed: () => {
        clearTimeout(timer);
        callOff();
        resolve(undefined);
        link?.end();
        ended();
      },
    });
    connection.send(encodeMessage({ type: 'hello', protocol: PROTOCOL_VERSION, role: 'download', grant: shown.grant }));
  });
}

function answerOf(frame: Uint8Array, connection: Connection, options: PeerLinkOptions): PeerLink | undefined {
  const hello = decodeMessage(peerHello, frame);
  if (hello.ok && hello.message.role === 'serve' && hello.message.protocol === PROTOCOL_VERSION) {
    return new PeerLink(connection, options);
  }
  connection.fail(hello.ok ? 'unexpected_message' : 'malformed_message');
  return undefined;
}

/** The reading of one connection, which several things may hold up at a time. */
class Reading {
  readonly #connection: Connection;
  #holds = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Stops it until the result is called, once. */
  hold(): () => void {
    if (this.#holds++ === 0) this.#connection.pause();
    return () => {
      if (--this.#holds === 0) this.#connection.resume();
    };
  }
}

/** Reads on when these bytes have had their turn. The result calls it off. */
function throttle(reading: Reading, limiter: RateLimiter, bytes: number): () => void {
  if (limiter.waitMs() === 0) {
    limiter.take(bytes);
    return () => undefined;
  }
  return atTurn(limiter, bytes, reading.hold());
}
