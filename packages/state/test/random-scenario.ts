/** A cluster under whatever a seed thinks of, and what must hold in it once everything is mended. */
import type { Operation } from '@p2p/protocol';
import { expect } from 'vitest';
import { brokenInvariants } from '../src/index.js';
import type { End } from './connections.js';
import { Network } from './network.js';
import { type Random, randomFrom } from './random.js';
import { nameMadeBy, RandomClient, type Told } from './random-clients.js';
import type { Tracker } from './tracker-in-test.js';

const MAX_SKEW_MS = 20_000;
const WEATHER_STEPS = 50;

export class Scenario {
  readonly network: Network;
  readonly clients: RandomClient[];
  readonly #random: Random;
  /** Restarted with empty memory: no client is let in before they have caught up. */
  readonly #newcomers = new Set<Tracker>();
  /** In calm weather trackers find each other again, so that a storm has something to break. */
  #isCalm = false;

  constructor(slots: readonly number[], seed: number) {
    const random = randomFrom(seed);
    this.#random = random;
    const skew = () => random.below(2 * MAX_SKEW_MS) - MAX_SKEW_MS;
    this.network = new Network(slots, Object.fromEntries(slots.map((slot) => [slot, skew()])));
    for (const slot of slots) this.network.start(slot);
    this.clients = ['one', 'two', 'three', 'four'].map((name) => new RandomClient(name, this.network, random));
  }

  get told(): Told[] {
    return this.clients.flatMap(({ told }) => told);
  }

  run(steps: number, { restarts }: { restarts: boolean }): void {
    for (let step = 0; step < steps; step++) {
      if (step % WEATHER_STEPS === 0) this.#isCalm = this.#random.chance(0.6);
      this.#step(restarts);
      this.#listen();
    }
  }

  heal(): void {
    this.network.heal(this.#pickEnd);
    this.#listen();
  }

  #listen(): void {
    for (const client of this.clients) client.listen();
  }

  #step(restarts: boolean): void {
    const random = this.#random;
    this.network.now += random.below(50);
    const ends = this.network.pending();
    if (ends.length > 0 && random.chance(0.7)) return this.network.deliver(this.#pickEnd(ends));
    const [one, other] = this.#pair();
    if (random.chance(0.5)) return this.#letSomebodyAsk();
    if (this.#isCalm) this.network.mend(one, other);
    if (this.#isCalm || random.chance(0.6)) return this.#dial(one, other);
    if (random.chance(0.6)) return this.#cutOrMend(one, other);
    if (restarts && random.chance(0.5)) this.#restart(one);
  }

  #letSomebodyAsk(): void {
    const { told } = this;
    for (const tracker of this.#newcomers) if (knowsAll(tracker, told)) this.#newcomers.delete(tracker);
    const serving = this.network.trackers.filter((tracker) => !this.#newcomers.has(tracker));
    if (serving.length > 0) this.#random.pick(this.clients).act(this.#random.pick(serving).slot);
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

  /** In memory nothing outlives a restart: only a tracker whose promises others hold as well may be restarted. */
  #restart(slot: number): void {
    const leaving = this.network.tracker(slot);
    const others = this.network.trackers.filter((tracker) => tracker !== leaving);
    if (this.told.some((told) => !others.some((tracker) => holds(tracker, told)))) return;
    this.network.stop(slot, (sent) => this.#random.below(sent + 1));
    for (const client of this.clients) client.lose(slot);
    this.#newcomers.add(this.network.start(slot));
  }
}

/** Whether a tracker has said that it holds the operation that an answer spoke of. */
function holds(tracker: Tracker, { answer: { operation } }: Told): boolean {
  if (operation === undefined) return true;
  const { incarnation } = operation.stamp;
  return tracker.incarnation === incarnation || (tracker.claimed[incarnation] ?? 0) >= operation.seq;
}

function knowsAll({ replica: { state } }: Tracker, told: readonly Told[]): boolean {
  return told.every(({ requestId, answer }) => answer.operation === undefined || state.outcomes.has(requestId));
}

/** What must hold once everything is mended. */
export function check({ network, clients, told }: Scenario): void {
  const [first, ...others] = network.trackers as [Tracker, ...Tracker[]];
  for (const other of others) expect(other.summary()).toEqual(first.summary());
  expect(brokenInvariants(first.replica.state)).toEqual([]);
  for (const { linked, slot } of network.trackers) {
    expect([...linked].sort()).toEqual(network.slots.filter((each) => each !== slot));
  }
  for (const client of clients) expect(client.isWaiting).toBe(false);
  for (const { requestId, answer, name } of told) {
    if (answer.operation !== undefined && !restsOnNoPromise(answer.operation, told)) {
      expect(first.replica.state.outcomes.get(requestId), `${requestId} was answered`).toEqual({ ok: true });
    }
    const nameNow = nameMadeBy(network, first.slot, requestId);
    if (name === undefined) continue;
    if (answer.replicated) expect(nameNow, 'a replicated name is final').toBe(name);
    else expect(nameNow?.replace(/~\d+$/, ''), 'a name may only get a suffix').toBe(name.replace(/~\d+$/, ''));
  }
}

/**
 * A tracker that is cut off may let somebody change the password of an account that never came to be, because its
 * request was refused elsewhere: see docs/REPLICATION.md, "What it does not do yet".
 */
function restsOnNoPromise({ body }: Operation, told: readonly Told[]): boolean {
  return body.kind === 'set_credential' && !told.some(({ requestId }) => String(requestId) === body.user);
}
