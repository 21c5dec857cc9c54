/**
 * Trackers and the connections between them, in one process and on one virtual clock. Nothing moves but when a test says
 * so, in the order that it, or its seed, chooses.
 */
import type { ClusterId, IncarnationId, RequestId } from '@p2p/protocol';
import type {
  Command,
  OperatorCommand,
  ReplicaAnswer,
  ReplicaBase,
  ReplicaInput,
  ReplicatedMessage,
  Ticket,
} from '../src/index.js';
import { type Arriving, Connections, type End } from './connections.js';
import { Disk } from './disk-in-test.js';
import { type Surroundings, Tracker, type TrackerOptions, type Untimed } from './tracker-in-test.js';
import { BEGINNING_MS, type Device, incarnationOf, type PlainCommand } from './world.js';

export const CLUSTER = 'c'.repeat(64) as ClusterId;

/** Which of several ends is next. */
type Pick = (ends: readonly End[]) => End;
const theFirst: Pick = ([first]) => first as End;

/** How a tracker starts. */
export interface Start {
  readonly options?: Partial<TrackerOptions>;
  /** Whether clients are let in at once; else `becomeReady` of the tracker does. */
  readonly ready?: boolean;
  /** What is held back from the beginning. */
  readonly held?: Partial<Tracker['held']>;
}

type Asked = Untimed<Extract<ReplicaInput, { ticket: Ticket }>>;

export class Network {
  readonly slots: readonly number[];
  now = BEGINNING_MS;
  /** How often a tracker had to begin anew. */
  rejoins = 0;
  readonly #skewsMs: Readonly<Record<number, number>>;
  readonly #trackers = new Map<number, Tracker>();
  readonly #connections = new Connections();
  readonly #answers = new Map<Ticket, ReplicaAnswer>();
  /** Asked of a tracker that runs, and not answered. */
  readonly #asked = new Map<Ticket, { readonly slot: number; readonly input: Asked }>();
  readonly #cuts = new Set<string>();
  readonly #starts = new Map<number, number>();
  readonly #surroundings: Surroundings = {
    now: () => this.now,
    send: (tracker, link, message) => this.#connections.send(tracker, link, message),
    close: (tracker, link) => this.#connections.close(tracker, link),
    answer: (ticket, answer) => this.#answer(ticket, answer),
    rejoin: (tracker, base) => this.#rejoin(tracker, base),
  };
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
    return this.slots.flatMap((slot) => this.#trackers.get(slot) ?? []);
  }

  /** Starts a tracker with an empty disk, as a new incarnation; one that runs in its slot is killed. */
  start(slot: number, how: Start = {}): Tracker {
    this.stop(slot);
    return this.#begin(slot, { disk: Disk.empty(this.#freshIncarnation(slot)) }, how);
  }

  /** Starts a tracker from a disk; one that runs in its slot is killed. See {@link Disk.load} for `folds`. */
  restart(
    slot: number,
    { disk, folds, ...how }: Start & { readonly disk?: Disk; readonly folds?: number } = {},
  ): Tracker {
    const from = disk ?? this.tracker(slot).disk;
    this.stop(slot);
    return this.#begin(slot, { disk: from, ...(folds !== undefined && { folds }) }, how);
  }

  /** Kills a tracker. What it has sent is still on its way, by default all of it. */
  stop(slot: number, arriving?: Arriving): void {
    const tracker = this.#trackers.get(slot);
    if (tracker === undefined) return;
    tracker.crash();
    this.#trackers.delete(slot);
    this.#connections.breakAllOf(tracker, arriving);
    for (const [ticket, asked] of this.#asked) if (asked.slot === slot) this.#asked.delete(ticket);
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
    if (next === 'opened') tracker.step({ kind: 'link_opened', link, dialled });
    else if (next === 'closed') tracker.step({ kind: 'link_closed', link });
    else tracker.step({ kind: 'link_message', link, message: next });
  }

  /** Delivers all that is on its way from one tracker to another now, and nothing that comes of it. */
  deliverAll(from: number, to: number): void {
    for (const end of this.endsAt(to, from)) {
      for (let left = end.incoming.length; left > 0 && end.incoming.length > 0; left--) this.deliver(end);
    }
  }

  /** Delivers a message at this end as if the other side had sent it. */
  deliverForged({ link, tracker }: End, message: ReplicatedMessage): void {
    tracker.step({ kind: 'link_message', link, message });
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
    const asked = { requestId, actor: device.actor, command: command as Command };
    return this.#ask(slot, { kind: 'request', ticket: ++this.#lastTicket, ...asked });
  }

  /** Asks for the answer to a request that the tracker knows. */
  attach(slot: number, requestId: RequestId): Ticket {
    return this.#ask(slot, { kind: 'attach', ticket: ++this.#lastTicket, requestId });
  }

  /** Whoever runs a tracker wants something done. */
  operate(slot: number, command: OperatorCommand): Ticket {
    return this.#ask(slot, { kind: 'operate', ticket: ++this.#lastTicket, command });
  }

  /** The operator of a tracker gives up another one. */
  retire(slot: number, retired: number): Ticket {
    return this.operate(slot, { type: 'retire', slot: retired });
  }

  answerTo(ticket: Ticket): ReplicaAnswer | undefined {
    return this.#answers.get(ticket);
  }

  #ask(slot: number, input: Asked): Ticket {
    this.#asked.set(input.ticket, { slot, input });
    this.tracker(slot).step(input);
    return input.ticket;
  }

  #answer(ticket: Ticket, answer: ReplicaAnswer): void {
    if (!this.#asked.delete(ticket)) throw new Error(`ticket ${ticket} was answered twice, or never asked for`);
    this.#answers.set(ticket, answer);
  }

  #freshIncarnation(slot: number): IncarnationId {
    const start = (this.#starts.get(slot) ?? 0) + 1;
    this.#starts.set(slot, start);
    return incarnationOf(slot, start);
  }

  #begin(
    slot: number,
    from: { disk: Disk; folds?: number },
    { options = {}, ready = true, held = {} }: Start,
  ): Tracker {
    const skewMs = this.#skewsMs[slot] ?? 0;
    const freshIncarnation = () => this.#freshIncarnation(slot);
    const usual = { slots: this.slots, cluster: CLUSTER, skewMs, freshIncarnation, ...options };
    const tracker = new Tracker(slot, from, { options: usual, surroundings: this.#surroundings });
    Object.assign(tracker.held, held);
    this.#trackers.set(slot, tracker);
    tracker.start(ready);
    return tracker;
  }

  /** Another replica takes the place of this one, and is given what was not answered. */
  #rejoin(former: Tracker, base: ReplicaBase): void {
    this.rejoins += 1;
    this.#connections.breakAllOf(former);
    const { slot, options, held, isReady } = former;
    const tracker = this.#begin(slot, { disk: Disk.of(base) }, { options, held, ready: isReady });
    const open = [...this.#asked.values()].filter((asked) => asked.slot === slot);
    for (const { input } of open) {
      // Who had only attached has to send its request again.
      if (input.kind === 'attach' && !tracker.replica.knows(input.requestId)) this.#asked.delete(input.ticket);
      else tracker.step(input);
    }
  }
}

function pairOf(one: number, other: number): string {
  return one < other ? `${one}-${other}` : `${other}-${one}`;
}
