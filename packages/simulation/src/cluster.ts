/** Machines, what connects them, their clients, and a witness: everything of one run, made from a seed. */
import type { ClusterId } from '@p2p/protocol';
import type { Replica } from '@p2p/state';
import { Agenda } from './agenda.js';
import { Client } from './clients/client.js';
import type { Taste } from './clients/commands.js';
import { Dice } from './dice.js';
import { Disk } from './disk/disk.js';
import { Network } from './network/network.js';
import { WallClock } from './tracker/clock.js';
import { freshIncarnation, Machine } from './tracker/machine.js';
import type { Answered } from './tracker/surroundings.js';
import { sha256 } from './witness/hash.js';
import { type Hearing, hear } from './witness/hearing.js';
import { Violation } from './witness/violation.js';
import { type StepListener, Witness } from './witness/witness.js';

const CLUSTER = 'c'.repeat(64) as ClusterId;
/** Where virtual time begins. */
const BEGINNING_MS = 1_700_000_000_000;
/** Once all is mended the trackers have this long to come to rest: longer than any timeout of theirs. */
const REST_WITHIN_MS = 4 * 60_000;
const REST_STEP_MS = 250;

export interface ClusterOptions {
  readonly seed: number;
  readonly size: number;
  /** Whether every two trackers can be connected, or each only with the next. */
  readonly topology: 'mesh' | 'chain';
  /** No clock is further off than this, ms. */
  readonly skewMs: number;
  /** Usual time of a message on its way, ms. */
  readonly delayMs: number;
  /** Usual time of a flush, ms. */
  readonly flushMs: number;
  readonly clients: number;
  readonly thinkMs: number;
  readonly window: number;
  readonly taste: Taste;
  /** Whether messages go through the codec, which costs as much as all the rest. */
  readonly isEncoded: boolean;
  /** Where the steps of a run are told, if anywhere. */
  readonly onStep: StepListener | undefined;
}

export class Cluster {
  readonly agenda = new Agenda(BEGINNING_MS);
  readonly witness = new Witness();
  readonly dice: Dice;
  readonly network: Network;
  readonly machines: readonly Machine[];
  readonly #options: ClusterOptions;
  readonly #clients: Client[] = [];
  #lastTicket = 0;
  #violation: Violation | undefined;

  constructor(options: ClusterOptions) {
    const { agenda } = this;
    const dice = new Dice(options.seed);
    this.#options = options;
    this.dice = dice;
    this.network = new Network({ agenda, dice, delayMs: () => around(options.delayMs, dice) });
    const slots = Array.from({ length: options.size }, (_, at) => at + 1);
    this.machines = slots.map((slot) => this.#machine(slot, slots));
  }

  get slots(): number[] {
    return this.machines.map(({ slot }) => slot);
  }

  machine(slot: number): Machine {
    const machine = this.machines[slot - 1];
    if (machine === undefined) throw new Error(`there is no tracker ${slot}`);
    return machine;
  }

  nextTicket = (): number => {
    this.#lastTicket += 1;
    return this.#lastTicket;
  };

  letClientsIn(): void {
    const { clients: count, thinkMs, window, taste } = this.#options;
    const { agenda, dice, machines, nextTicket } = this;
    for (let client = 0; client < count; client++) {
      this.#clients.push(new Client({ agenda, dice, machines, nextTicket, thinkMs, window, taste }));
    }
  }

  /** Lets time pass. Throws the first violation. */
  run(forMs: number): void {
    this.agenda.runUntil(this.agenda.now + forMs);
    if (this.#violation !== undefined) throw this.#violation;
  }

  /** Mends everything, waits until all has come to rest, and has it judged. */
  conclude(): Hearing {
    this.rest();
    return hear(this.witness, new Map(this.machines.map((machine) => [machine.slot, replicaOf(machine)])));
  }

  /** Mends everything, and waits until all has come to rest. Clients ask for nothing new meanwhile. */
  rest(): void {
    for (const client of this.#clients) client.pause();
    this.mend();
    const deadline = this.agenda.now + REST_WITHIN_MS;
    do {
      this.run(REST_STEP_MS);
      if (this.agenda.now > deadline) throw new Violation('stuck', this.#unrest().join('; '));
    } while (this.#unrest().length > 0);
    for (const client of this.#clients) client.goOn();
  }

  mend(): void {
    this.network.mendAll();
    for (const machine of this.machines) {
      machine.disk.roomBytes = Number.POSITIVE_INFINITY;
      const most = this.#options.skewMs;
      machine.clock.aheadMs = Math.max(-most, Math.min(most, machine.clock.aheadMs));
      machine.wake();
      machine.start();
    }
  }

  #machine(slot: number, slots: readonly number[]): Machine {
    const { agenda, dice, network, witness } = this;
    const { topology, skewMs, flushMs } = this.#options;
    const machine: Machine = new Machine({
      slot,
      agenda,
      dice,
      network,
      witness,
      disk: new Disk(),
      clock: new WallClock(agenda, dice.between(-skewMs, skewMs)),
      replicaOptions: { cluster: CLUSTER, slot, slots, sha256, freshIncarnation: () => freshIncarnation(slot, dice) },
      neighbours: slots.filter((other) => other !== slot && (topology === 'mesh' || Math.abs(other - slot) === 1)),
      stationAt: (other) => this.machine(other).process,
      flushMs: () => around(flushMs, dice),
      isEncoded: this.#options.isEncoded,
      answered: (what) => this.#answered(what),
      stepped: (input, effects) => this.#options.onStep?.({ now: agenda.now - BEGINNING_MS, slot }, input, effects),
      failed: () => machine.crash(),
      guarded: (action) => this.#guard(slot, action),
    });
    return machine;
  }

  #answered(what: Answered): void {
    this.witness.answered(what);
    const { waited, answer } = what;
    const delayMs = around(this.#options.delayMs, this.dice);
    if (waited?.kind !== 'request' || this.dice.chance(0.02)) return;
    this.agenda.after(delayMs, () => {
      for (const client of this.#clients) client.hear(waited.requestId, answer);
    });
  }

  #guard(slot: number, action: () => void): void {
    if (this.#violation !== undefined) return;
    try {
      action();
    } catch (error) {
      const trace = error instanceof Error ? error.stack : String(error);
      this.#violation = error instanceof Violation ? error : new Violation('threw', `tracker ${slot}: ${trace}`);
    }
  }

  /** What is still under way, for whoever wonders why it takes so long. */
  #unrest(): string[] {
    const unrest = this.machines.flatMap((machine) => this.#unrestOf(machine));
    if (!this.network.isQuiet) unrest.push('messages are on their way');
    if (this.#clients.some((client) => !client.isIdle)) unrest.push('a client waits for an answer');
    return unrest;
  }

  #unrestOf({ slot, process }: Machine): string[] {
    if (process === undefined) return [`tracker ${slot} is down`];
    const neighbours = this.slots.filter(
      (other) => other !== slot && (this.#options.topology === 'mesh' || Math.abs(other - slot) === 1),
    );
    const unlinked = neighbours.filter((other) => !process.linked.has(other));
    if (unlinked.length > 0) return [`tracker ${slot} is not linked with ${unlinked.join(', ')}`];
    return process.isIdle ? [] : [`tracker ${slot} is busy: ${process.business}`];
  }
}

function replicaOf({ slot, process }: Machine): Replica {
  if (process === undefined) throw new Error(`tracker ${slot} is down`);
  return process.replica;
}

/** Mostly about as long as usual, sometimes much longer. */
function around(usualMs: number, dice: Dice): number {
  return dice.chance(0.03) ? dice.below(30 * usualMs) : dice.below(2 * usualMs) + 0.1;
}
