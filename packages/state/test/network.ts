/**
 * Trackers and the connections between them, in one process and on one virtual clock. Each direction of a connection is
 * a queue in order; nothing moves but when a test says so, in the order that it (or its seed) chooses. Messages go
 * through the real codec and schemas.
 */
import {
  type ClusterId,
  decodeMessage,
  encodeMessage,
  type IncarnationId,
  type RequestId,
  type SyncRefuse,
  syncMessage,
  type Vector,
} from '@p2p/protocol';
import {
  type Command,
  Replica,
  type ReplicaAnswer,
  type ReplicaEffect,
  type ReplicaInput,
  type ReplicatedMessage,
  stateDigest,
  type Ticket,
} from '../src/index.js';
import { BEGINNING_MS, type Device, incarnationOf, type PlainCommand, sha256 } from './world.js';

export const CLUSTER = 'c'.repeat(64) as ClusterId;

type Incoming = ReplicatedMessage | 'opened' | 'closed';

/** One side of a connection. */
export interface End {
  readonly link: number;
  readonly tracker: Tracker;
  readonly dialled: boolean;
  /** What is still to come, in order. */
  incoming: Incoming[];
}

interface TrackerOptions {
  readonly slots: readonly number[];
  readonly skewMs: number;
  readonly cluster: ClusterId;
  readonly serves: boolean;
}

/** A running tracker: what its shell would know. */
export class Tracker {
  readonly replica: Replica;
  /** What its operator was told. */
  readonly refusals: { by: 'us' | 'them'; reason: SyncRefuse['reason']; slot: number | undefined }[] = [];
  /** Slots by `linked` and `unlinked`. */
  readonly linked = new Set<number>();
  /** Whether clients are let in: one that has restarted with empty memory must catch up first, with one that knows. */
  serves: boolean;
  /** What it has said that it holds. */
  claimed: Vector = {};

  constructor(
    readonly slot: number,
    readonly incarnation: IncarnationId,
    { slots, skewMs, cluster, serves }: TrackerOptions,
  ) {
    this.replica = new Replica({ cluster, slot, incarnation, slots, sha256 });
    this.skewMs = skewMs;
    this.serves = serves;
  }

  /** How far its wall clock is ahead of the network's. */
  readonly skewMs: number;

  /** All by which two trackers are compared. */
  summary() {
    const { replica } = this;
    return {
      operations: replica.operationCount,
      digest: replica.digest(),
      state: stateDigest(replica.state, sha256),
    };
  }
}

interface Connection {
  readonly ends: readonly [End, End];
  /** Whether what is sent arrives. */
  intact: boolean;
}

export class Network {
  readonly slots: readonly number[];
  now = BEGINNING_MS;
  readonly #trackers = new Map<number, Tracker>();
  readonly #skewsMs: Readonly<Record<number, number>>;
  readonly #answers = new Map<Ticket, ReplicaAnswer>();
  #connections: Connection[] = [];
  #cuts = new Set<string>();
  #lastLink = 0;
  #lastTicket = 0;
  readonly #starts = new Map<number, number>();

  constructor(slots: readonly number[], skewsMs: Readonly<Record<number, number>> = {}) {
    this.slots = slots;
    this.#skewsMs = skewsMs;
  }

  /** All trackers running, nothing connected. */
  static started(slots: readonly number[]): Network {
    const network = new Network(slots);
    for (const slot of slots) network.start(slot);
    return network;
  }

  /** All trackers running and linked. */
  static linked(slots: readonly number[]): Network {
    const network = Network.started(slots);
    network.heal();
    return network;
  }

  tracker(slot: number): Tracker {
    const tracker = this.#trackers.get(slot);
    if (tracker === undefined) throw new Error(`tracker ${slot} is not running`);
    return tracker;
  }

  get trackers(): Tracker[] {
    return [...this.#trackers.values()];
  }

  /** Starts a tracker, with empty memory as a new incarnation, under `slot`; `other` replaces what it is told. */
  start(slot: number, other: { cluster?: ClusterId; slots?: readonly number[]; skewMs?: number } = {}): Tracker {
    this.stop(slot);
    const start = (this.#starts.get(slot) ?? 0) + 1;
    this.#starts.set(slot, start);
    const serves = start === 1;
    const options = { slots: this.slots, skewMs: this.#skewsMs[slot] ?? 0, cluster: CLUSTER, serves, ...other };
    const tracker = new Tracker(slot, incarnationOf(slot, start), options);
    this.#trackers.set(slot, tracker);
    this.#step(tracker, { kind: 'started', now: this.#clockOf(tracker) });
    return tracker;
  }

  /** Kills a tracker. Of what it has sent `arriving` messages a connection arrive; by default all. */
  stop(slot: number, arriving?: (sent: number) => number): void {
    const tracker = this.#trackers.get(slot);
    if (tracker === undefined) return;
    this.#trackers.delete(slot);
    for (const connection of this.#connections) {
      if (connection.ends.some((end) => end.tracker === tracker)) this.#break(connection, arriving);
    }
  }

  /** A connection from one tracker to another; false where they are cut off from each other. */
  dial(from: number, to: number): boolean {
    if (this.#cuts.has(pairOf(from, to))) return false;
    this.#connect(this.tracker(from), this.tracker(to));
    return true;
  }

  /** Ends all connections between two trackers, and lets no new one through. */
  cut(one: number, other: number, arriving?: (sent: number) => number): void {
    this.#cuts.add(pairOf(one, other));
    for (const connection of this.#between(one, other)) this.#break(connection, arriving);
  }

  mend(one: number, other: number): void {
    this.#cuts.delete(pairOf(one, other));
  }

  isCut(one: number, other: number): boolean {
    return this.#cuts.has(pairOf(one, other));
  }

  isConnected(one: number, other: number): boolean {
    return this.#between(one, other).some(({ intact }) => intact);
  }

  /** Ends at which something is to come. */
  pending(): End[] {
    const running = (end: End) => this.#trackers.get(end.tracker.slot) === end.tracker;
    return this.#connections.flatMap(({ ends }) => ends.filter((end) => running(end) && end.incoming.length > 0));
  }

  /** The ends at `slot` of its connections with `other`. */
  endsAt(slot: number, other: number): End[] {
    return this.#between(slot, other).flatMap(({ ends }) => ends.filter((end) => end.tracker.slot === slot));
  }

  /** Lets the next thing come at this end. */
  deliver(end: End): void {
    this.#forgetConnections();
    const { link, tracker, dialled } = end;
    const now = this.#clockOf(tracker);
    const next = end.incoming.shift();
    if (next === undefined) throw new Error('nothing to deliver');
    if (next === 'opened') this.#step(tracker, { kind: 'link_opened', link, dialled, now });
    else if (next === 'closed') this.#step(tracker, { kind: 'link_closed', link, now });
    else this.#step(tracker, { kind: 'link_message', link, message: next, now });
  }

  /** Delivers all there is, and what comes of it, until nothing is left. `pick` chooses among the pending ends. */
  settle(pick: (ends: readonly End[]) => End = ([first]) => first as End): void {
    for (let steps = 0; ; steps++) {
      const ends = this.pending();
      if (ends.length === 0) return;
      if (steps > 100_000) throw new Error('the trackers never stop talking');
      this.now += 1;
      this.deliver(pick(ends));
    }
  }

  /** Mends all, dials what is not connected, and settles. */
  heal(pick?: (ends: readonly End[]) => End): void {
    this.#cuts.clear();
    this.settle(pick);
    for (let round = 0; round < 10; round++) {
      for (const one of this.slots) {
        for (const other of this.slots) if (one < other && !this.isConnected(one, other)) this.dial(one, other);
      }
      this.settle(pick);
    }
  }

  /** Sends a request to a tracker; the answer comes under the ticket. */
  request(slot: number, device: Device, command: PlainCommand, requestId: RequestId = device.nextRequest()): Ticket {
    this.#lastTicket += 1;
    const ticket = this.#lastTicket;
    const tracker = this.tracker(slot);
    const { actor } = device;
    const now = this.#clockOf(tracker);
    this.#step(tracker, { kind: 'request', ticket, requestId, actor, command: command as Command, now });
    return ticket;
  }

  /** Asks for the answer to a request that the tracker knows. */
  attach(slot: number, requestId: RequestId): Ticket {
    this.#lastTicket += 1;
    const tracker = this.tracker(slot);
    this.#step(tracker, { kind: 'attach', ticket: this.#lastTicket, requestId, now: this.#clockOf(tracker) });
    return this.#lastTicket;
  }

  dropTicket(slot: number, ticket: Ticket): void {
    this.#step(this.tracker(slot), { kind: 'ticket_dropped', ticket });
  }

  answerTo(ticket: Ticket): ReplicaAnswer | undefined {
    return this.#answers.get(ticket);
  }

  /** Hands a tracker a message on the connection that has this end, as if the other side had sent it. */
  forge(end: End, message: ReplicatedMessage): void {
    end.incoming.push(message);
  }

  /** Those that are over and have nothing more to say. */
  #forgetConnections(): void {
    this.#connections = this.#connections.filter(
      ({ ends, intact }) =>
        intact || ends.some((end) => this.#trackers.get(end.tracker.slot) === end.tracker && end.incoming.length > 0),
    );
  }

  #connect(from: Tracker, to: Tracker): void {
    this.#lastLink += 1;
    const link = this.#lastLink;
    const end = (tracker: Tracker, dialled: boolean): End => ({ link, tracker, dialled, incoming: ['opened'] });
    this.#connections.push({ ends: [end(from, true), end(to, false)], intact: true });
  }

  #between(one: number, other: number): Connection[] {
    return this.#connections.filter(({ ends }) => {
      const [first, second] = ends.map(({ tracker }) => tracker.slot);
      return (first === one && second === other) || (first === other && second === one);
    });
  }

  #break(connection: Connection, arriving = (sent: number) => sent): void {
    if (!connection.intact) return;
    connection.intact = false;
    for (const end of connection.ends) {
      end.incoming = [...end.incoming.slice(0, arriving(end.incoming.length)), 'closed'];
    }
  }

  #step(tracker: Tracker, input: ReplicaInput): void {
    for (const effect of tracker.replica.step(input)) this.#perform(tracker, effect);
    const linked = [...tracker.linked].sort();
    if (linked.join() !== tracker.replica.linkedSlots.join()) {
      throw new Error(`told of links to ${linked}, but linked to ${tracker.replica.linkedSlots}`);
    }
  }

  #perform(tracker: Tracker, effect: ReplicaEffect): void {
    switch (effect.kind) {
      case 'send':
        if (effect.message.type === 'vec') tracker.claimed = effect.message.have;
        return this.#send(tracker, effect.link, effect.message);
      case 'answer':
        if (this.#answers.has(effect.ticket)) throw new Error(`ticket ${effect.ticket} was answered twice`);
        this.#answers.set(effect.ticket, effect.answer);
        return;
      case 'close_link':
        return this.#close(tracker, effect.link);
      case 'linked':
        tracker.linked.add(effect.slot);
        tracker.serves ||= this.#trackers.get(effect.slot)?.serves === true;
        return;
      case 'unlinked':
        tracker.linked.delete(effect.slot);
        return;
      case 'refused':
        tracker.refusals.push({ by: effect.by, reason: effect.refusal.reason, slot: effect.slot });
        return;
      case 'changed':
        return;
    }
  }

  #send(tracker: Tracker, link: number, message: ReplicatedMessage): void {
    const { connection, other } = this.#find(tracker, link);
    if (!connection.intact) return;
    const decoded = decodeMessage(syncMessage, encodeMessage(message));
    if (!decoded.ok) throw new Error(`${message.type} does not fit its schema: ${decoded.reason}`);
    other.incoming.push(decoded.message as ReplicatedMessage);
  }

  /** What was sent before still arrives; the side that closes hears nothing more but the end. */
  #close(tracker: Tracker, link: number): void {
    const { connection, own } = this.#find(tracker, link);
    own.incoming = [];
    this.#break(connection);
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

  #clockOf(tracker: Tracker): number {
    return this.now + tracker.skewMs;
  }
}

function pairOf(one: number, other: number): string {
  return one < other ? `${one}-${other}` : `${other}-${one}`;
}
