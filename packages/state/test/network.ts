/**
 * Trackers and the connections between them, in one process and on one virtual clock. Nothing moves but when a test says
 * so, in the order that it, or its seed, chooses.
 */
import type { ClusterId, RequestId } from '@p2p/protocol';
import type { Command, ReplicaAnswer, ReplicaEffect, ReplicaInput, ReplicatedMessage, Ticket } from '../src/index.js';
import { type Arriving, Connections, type End } from './connections.js';
import { Tracker, type TrackerOptions } from './tracker-in-test.js';
import { BEGINNING_MS, type Device, incarnationOf, type PlainCommand } from './world.js';

export const CLUSTER = 'c'.repeat(64) as ClusterId;

/** `now` is added here, by the clock of the tracker. */
type Untimed<I> = I extends { now: number } ? Omit<I, 'now'> : I;
/** Which of several ends is next. */
type Pick = (ends: readonly End[]) => End;
const theFirst: Pick = ([first]) => first as End;

export class Network {
  readonly slots: readonly number[];
  now = BEGINNING_MS;
  readonly #skewsMs: Readonly<Record<number, number>>;
  readonly #trackers = new Map<number, Tracker>();
  readonly #connections = new Connections();
  readonly #answers = new Map<Ticket, ReplicaAnswer>();
  readonly #cuts = new Set<string>();
  readonly #starts = new Map<number, number>();
  #lastTicket = 0;

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

  /** Starts a tracker with empty memory, as a new incarnation; one that runs in its slot is killed. */
  start(slot: number, different: Partial<TrackerOptions> = {}): Tracker {
    this.stop(slot);
    const start = (this.#starts.get(slot) ?? 0) + 1;
    this.#starts.set(slot, start);
    const usual = { slots: this.slots, cluster: CLUSTER, skewMs: this.#skewsMs[slot] ?? 0 };
    const tracker = new Tracker(slot, incarnationOf(slot, start), { ...usual, ...different });
    this.#trackers.set(slot, tracker);
    this.#step(tracker, { kind: 'started' });
    return tracker;
  }

  /** Kills a tracker. What it has sent is still on its way, by default all of it. */
  stop(slot: number, arriving?: Arriving): void {
    const tracker = this.#trackers.get(slot);
    if (tracker === undefined) return;
    this.#trackers.delete(slot);
    this.#connections.breakAllOf(tracker, arriving);
  }

  /** Opens a connection from one tracker to another; false where they are cut off from each other. */
  dial(from: number, to: number): boolean {
    if (this.isCut(from, to)) return false;
    this.#connections.connect(this.tracker(from), this.tracker(to));
    return true;
  }

  /** Ends all connections between two trackers, and lets no new one through. */
  cut(one: number, other: number, arriving?: Arriving): void {
    this.#cuts.add(pairOf(one, other));
    this.#connections.breakBetween(one, other, arriving);
  }

  mend(one: number, other: number): void {
    this.#cuts.delete(pairOf(one, other));
  }

  isCut(one: number, other: number): boolean {
    return this.#cuts.has(pairOf(one, other));
  }

  endsAt(slot: number, other: number): End[] {
    return this.#connections.endsAt(slot, other);
  }

  /** Ends at which something is to come. */
  pending(): End[] {
    return this.#connections.pending((tracker) => this.#trackers.get(tracker.slot) === tracker);
  }

  /** Lets the next thing come at this end. */
  deliver({ link, tracker, dialled, incoming }: End): void {
    const next = incoming.shift();
    if (next === undefined) throw new Error('nothing to deliver');
    if (next === 'opened') this.#step(tracker, { kind: 'link_opened', link, dialled });
    else if (next === 'closed') this.#step(tracker, { kind: 'link_closed', link });
    else this.#step(tracker, { kind: 'link_message', link, message: next });
  }

  /** Delivers a message at this end as if the other side had sent it. */
  deliverForged({ link, tracker }: End, message: ReplicatedMessage): void {
    this.#step(tracker, { kind: 'link_message', link, message });
  }

  /** Delivers all there is, and what comes of it, until nothing is left. */
  settle(pick = theFirst): void {
    for (let steps = 0; ; steps++) {
      const ends = this.pending();
      if (ends.length === 0) return;
      if (steps > 100_000) throw new Error('the trackers never stop talking');
      this.now += 1;
      this.deliver(pick(ends));
    }
  }

  /** Mends all, dials what is not connected until all is, and settles. */
  heal(pick = theFirst): void {
    this.#cuts.clear();
    this.settle(pick);
    for (let round = 0; round < 10; round++) {
      for (const one of this.slots) {
        for (const other of this.slots) {
          if (one < other && !this.#connections.areConnected(one, other)) this.dial(one, other);
        }
      }
      this.settle(pick);
    }
  }

  /** Sends a request to a tracker; the answer comes under the ticket. */
  request(slot: number, device: Device, command: PlainCommand, requestId = device.nextRequest()): Ticket {
    const ticket = ++this.#lastTicket;
    const asked = { requestId, actor: device.actor, command: command as Command };
    this.#step(this.tracker(slot), { kind: 'request', ticket, ...asked });
    return ticket;
  }

  /** Asks for the answer to a request that the tracker knows. */
  attach(slot: number, requestId: RequestId): Ticket {
    const ticket = ++this.#lastTicket;
    this.#step(this.tracker(slot), { kind: 'attach', ticket, requestId });
    return ticket;
  }

  answerTo(ticket: Ticket): ReplicaAnswer | undefined {
    return this.#answers.get(ticket);
  }

  #step(tracker: Tracker, input: Untimed<ReplicaInput>): void {
    const timed = { ...input, now: this.now + tracker.skewMs } as ReplicaInput;
    for (const effect of tracker.replica.step(timed)) this.#perform(tracker, effect);
    const told = [...tracker.linked].sort().join();
    const actual = tracker.replica.linkedSlots.join();
    if (told !== actual) throw new Error(`tracker ${tracker.slot} was told of links to ${told}, but has ${actual}`);
  }

  #perform(tracker: Tracker, effect: ReplicaEffect): void {
    switch (effect.kind) {
      case 'send':
        if (effect.message.type === 'vec') tracker.claimed = effect.message.have;
        return this.#connections.send(tracker, effect.link, effect.message);
      case 'close_link':
        return this.#connections.close(tracker, effect.link);
      case 'answer':
        if (this.#answers.has(effect.ticket)) throw new Error(`ticket ${effect.ticket} was answered twice`);
        this.#answers.set(effect.ticket, effect.answer);
        return;
      case 'linked':
        tracker.linked.add(effect.slot);
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
}

function pairOf(one: number, other: number): string {
  return one < other ? `${one}-${other}` : `${other}-${one}`;
}
