/** The connections of a test's network: in each direction a queue in order, from which nothing moves by itself. */
import { decodeMessage, encodeMessage, MAX_SYNC_VALUES, syncMessage } from '@p2p/protocol';
import type { ReplicatedMessage } from '../src/index.js';
import type { Tracker } from './tracker-in-test.js';

type Incoming = ReplicatedMessage | 'opened' | 'closed';

/** One side of a connection. */
export interface End {
  readonly link: number;
  readonly tracker: Tracker;
  readonly dialled: boolean;
  /** What is still to come, in order. */
  incoming: Incoming[];
}

interface Connection {
  readonly ends: readonly [End, End];
  /** Whether what is sent arrives. */
  intact: boolean;
}

/** How many of the messages that are on their way arrive when a connection breaks. */
export type Arriving = (sent: number) => number;
const allOfThem: Arriving = (sent) => sent;

export class Connections {
  #connections: Connection[] = [];
  #lastLink = 0;

  connect(from: Tracker, to: Tracker): void {
    this.#lastLink += 1;
    const link = this.#lastLink;
    const end = (tracker: Tracker, dialled: boolean): End => ({ link, tracker, dialled, incoming: ['opened'] });
    this.#connections.push({ ends: [end(from, true), end(to, false)], intact: true });
  }

  areConnected(one: number, other: number): boolean {
    return this.#between(one, other).some(({ intact }) => intact);
  }

  /** The ends at `slot` of its connections with `other`. */
  endsAt(slot: number, other: number): End[] {
    return this.#between(slot, other).flatMap(({ ends }) => ends.filter(({ tracker }) => tracker.slot === slot));
  }

  /** Ends of running trackers at which something is to come. Connections without any, and with no future, are forgotten. */
  pending(isRunning: (tracker: Tracker) => boolean): End[] {
    const hasNews = (end: End) => isRunning(end.tracker) && end.incoming.length > 0;
    this.#connections = this.#connections.filter(({ ends, intact }) => intact || ends.some(hasNews));
    return this.#connections.flatMap(({ ends }) => ends.filter(hasNews));
  }

  breakBetween(one: number, other: number, arriving?: Arriving): void {
    for (const connection of this.#between(one, other)) this.#break(connection, arriving);
  }

  /** The tracker is gone, and all its connections with it. */
  breakAllOf(tracker: Tracker, arriving?: Arriving): void {
    for (const connection of this.#connections) {
      if (connection.ends.some((end) => end.tracker === tracker)) this.#break(connection, arriving);
    }
  }

  /** Through the real codec and its schemas. */
  send(tracker: Tracker, link: number, message: ReplicatedMessage): void {
    const { connection, other } = this.#find(tracker, link);
    if (!connection.intact) return;
    const decoded = decodeMessage(syncMessage, encodeMessage(message), MAX_SYNC_VALUES);
    if (!decoded.ok) throw new Error(`${message.type} does not fit its schema: ${decoded.reason}`);
    // What was one of these messages before it was encoded still is.
    other.incoming.push(decoded.message as ReplicatedMessage);
  }

  /** What was sent before still arrives; the side that closes hears nothing more but the end. */
  close(tracker: Tracker, link: number): void {
    const { connection, own } = this.#find(tracker, link);
    own.incoming = [];
    this.#break(connection);
  }

  #break(connection: Connection, arriving = allOfThem): void {
    if (!connection.intact) return;
    connection.intact = false;
    for (const end of connection.ends) {
      end.incoming = [...end.incoming.slice(0, arriving(end.incoming.length)), 'closed'];
    }
  }

  #between(one: number, other: number): Connection[] {
    return this.#connections.filter(({ ends }) => {
      const [first, second] = ends.map(({ tracker }) => tracker.slot);
      return (first === one && second === other) || (first === other && second === one);
    });
  }

  #find(tracker: Tracker, link: number) {
    for (const connection of this.#connections) {
      const [first, second] = connection.ends;
      if (first.link !== link) continue;
      if (first.tracker === tracker) return { connection, own: first, other: second };
      if (second.tracker === tracker) return { connection, own: second, other: first };
    }
    throw new Error(`tracker ${tracker.slot} has no link ${link}`);
  }
}
