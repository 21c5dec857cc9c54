/** A cluster under whatever a seed thinks of, and what must hold in it once everything is mended. */
import { expect } from 'vitest';
import { brokenInvariants } from '../src/index.js';
import { outcomeOf } from '../src/outcomes.js';
import type { End } from './connections.js';
import { Network } from './network.js';
import { type Random, randomFrom } from './random.js';
import { nameMadeBy, RandomClient, type Told } from './random-clients.js';
import type { Tracker } from './tracker-in-test.js';

const MAX_SKEW_MS = 20_000;
const WEATHER_STEPS = 50;

/** What may happen to a tracker, besides being cut off: it crashes, with its disk, or its disk is lost. */
export interface Dangers {
  readonly crashes: boolean;
  readonly lostDisks: boolean;
}

export class Scenario {
  readonly network: Network;
  readonly clients: RandomClient[];
  lostDisks = 0;
  readonly #random: Random;
  /** In calm weather trackers find each other again, so that a storm has something to break. */
  #isCalm = false;

  constructor(slots: readonly number[], seed: number) {
    const random = randomFrom(seed);
    this.#random = random;
    const skew = () => random.below(2 * MAX_SKEW_MS) - MAX_SKEW_MS;
    this.network = new Network(slots, Object.fromEntries(slots.map((slot) => [slot, skew()])));
    for (const slot of slots) this.network.start(slot, { held: this.#heldBack() });
    this.clients = ['one', 'two', 'three', 'four'].map((name) => new RandomClient(name, this.network, random));
  }

  get told(): Told[] {
    return this.clients.flatMap(({ told }) => told);
  }

  run(steps: number, dangers: Dangers): void {
    for (let step = 0; step < steps; step++) {
      if (step % WEATHER_STEPS === 0) this.#isCalm = this.#random.chance(0.6);
      this.#step(dangers);
      this.#listen();
    }
  }

  heal(): void {
    for (const tracker of this.network.trackers) tracker.release();
    this.network.heal(this.#pickEnd);
    // Who has begun anew since holds back again.
    for (const tracker of this.network.trackers) tracker.release();
    for (const tracker of this.network.trackers) tracker.becomeReady();
    this.network.heal(this.#pickEnd);
    this.#listen();
  }

  /** Some trackers do everything at once, some nothing before they are told to. */
  #heldBack() {
    const chance = () => this.#random.chance(0.5);
    return { flushes: chance(), room: chance(), work: chance() };
  }

  #listen(): void {
    for (const client of this.clients) client.listen();
  }

  #step(dangers: Dangers): void {
    const random = this.#random;
    this.network.now += random.below(50);
    const ends = this.network.pending();
    if (ends.length > 0 && random.chance(0.6)) return this.network.deliver(this.#pickEnd(ends));
    const holding = this.network.trackers.filter(({ isHolding }) => isHolding);
    if (holding.length > 0 && random.chance(0.6)) return random.pick(holding).letGo(random.below);
    const [one, other] = this.#pair();
    if (random.chance(0.5)) return this.#letSomebodyAsk();
    if (this.#isCalm) this.network.mend(one, other);
    if (this.#isCalm || random.chance(0.6)) return this.#dial(one, other);
    if (random.chance(0.6)) return this.#cutOrMend(one, other);
    if (dangers.crashes && random.chance(0.5)) this.#crash(one, dangers);
  }

  #letSomebodyAsk(): void {
    const serving = this.network.trackers.filter((tracker) => this.#isServing(tracker));
    if (serving.length > 0) this.#random.pick(this.clients).act(this.#random.pick(serving).slot);
  }

  /** It lets clients in once it is linked, or nobody has answered for some time. */
  #isServing(tracker: Tracker): boolean {
    if (!tracker.isReady && (tracker.linked.size > 0 || this.#random.chance(0.2))) tracker.becomeReady();
    return tracker.isReady;
  }

  readonly #pickEnd = (ends: readonly End[]): End => this.#random.pick(ends);

  #pair(): [number, number] {
    const one = this.#random.pick(this.network.slots);
    return [one, this.#random.pick(this.network.slots.filter((slot) => slot !== one))];
  }

  /** Both sides may dial at once: each only knows of connections that it has been told of. */
  #dial(one: number, other: number): void {
    if (!this.network.tracker(one).linked.has(other) && this.network.endsAt(one, other).length < 8) {
      this.network.dial(one, other);
    }
  }

  #cutOrMend(one: number, other: number): void {
    if (this.network.isCut(one, other)) this.network.mend(one, other);
    else this.network.cut(one, other, (sent) => this.#random.below(sent + 1));
  }

  /** What was not flushed may be on the disk or not, and so may what was folded last. */
  #crash(slot: number, { lostDisks }: Dangers): void {
    const random = this.#random;
    const leaving = this.network.tracker(slot);
    const { disk } = leaving;
    leaving.crash(random.below(3));
    this.network.stop(slot, (sent) => random.below(sent + 1));
    for (const client of this.clients) client.lose(slot);
    const how = { held: this.#heldBack(), ready: false };
    if (lostDisks && random.chance(0.5) && this.#isElsewhere(leaving)) {
      this.lostDisks += 1;
      this.network.start(slot, how);
    } else {
      this.network.restart(slot, { ...how, disk, folds: random.below(disk.folds.length) + 1 });
    }
  }

  /** Only who loses every disk that holds what was answered may lose it. */
  #isElsewhere({ disk, slot }: Tracker): boolean {
    const others = this.network.trackers.filter((tracker) => tracker.slot !== slot);
    return this.told.every(({ requestId }) => others.some((tracker) => tracker.disk.holdsAllOf(requestId, disk)));
  }
}

/** What must hold once everything is mended. */
export function check({ network, clients, told }: Scenario): void {
  const [first, ...others] = network.trackers as [Tracker, ...Tracker[]];
  for (const other of others) expect(other.summary()).toEqual(first.summary());
  expect(brokenInvariants(first.replica.state)).toEqual([]);
  for (const { linked, slot, refusals } of network.trackers) {
    expect([...linked].sort()).toEqual(network.slots.filter((each) => each !== slot));
    expect(refusals.filter(({ reason }) => reason !== 'slot_taken')).toEqual([]);
  }
  for (const client of clients) expect(client.isWaiting).toBe(false);
  for (const { requestId, answer, name } of told) {
    if (answer.done !== undefined) {
      const record = outcomeOf(first.replica.state, requestId);
      expect(record, `${requestId} was answered`).toEqual({ kind: answer.done, outcome: { ok: true } });
    }
    const nameNow = nameMadeBy(network, first.slot, requestId);
    if (name === undefined) continue;
    if (answer.replicated) expect(nameNow, 'a replicated name is final').toBe(name);
    else expect(nameNow?.replace(/~\d+$/, ''), 'a name may only get a suffix').toBe(name.replace(/~\d+$/, ''));
  }
}
