/**
 * A client as real ones are: a few requests under way, the same request again at another tracker where the answer takes
 * too long, and now and then one that the network delivers twice, or late.
 */
import { MAX_OUTSTANDING_REQUESTS, type RequestId, type UserName } from '@p2p/protocol';
import type { Actor, Command, ReplicaAnswer, State } from '@p2p/state';
import type { Agenda } from '../agenda.js';
import type { Dice } from '../dice.js';
import type { Machine } from '../tracker/machine.js';
import { type Taste, thinkOf } from './commands.js';
import { Device, LARGEST_STEP } from './device.js';

interface Outstanding {
  readonly requestId: RequestId;
  readonly actor: Actor;
  readonly command: Command;
  readonly counter: number;
}

export interface ClientOptions {
  readonly agenda: Agenda;
  readonly dice: Dice;
  readonly machines: readonly Machine[];
  readonly nextTicket: () => number;
  readonly thinkMs: number;
  readonly taste: Taste;
  /** Requests under way at a time. */
  readonly window: number;
}

/** A device is never further ahead of a request of its own that is still under way. */
const FARTHEST = MAX_OUTSTANDING_REQUESTS - LARGEST_STEP;
const PATIENCE_MS = 3_000;
const LATE_MS = 8_000;

export class Client {
  readonly #options: ClientOptions;
  readonly #device: Device;
  readonly #outstanding = new Map<RequestId, Outstanding>();
  #isPausing = false;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#device = new Device(options.dice);
    this.#think();
  }

  /** Whether no answer is due. */
  get isIdle(): boolean {
    return this.#outstanding.size === 0;
  }

  /** Asks for nothing new until it is to go on. */
  pause(): void {
    this.#isPausing = true;
  }

  goOn(): void {
    this.#isPausing = false;
  }

  /** Takes an answer; one that comes a second time is ignored. */
  hear(requestId: RequestId, answer: ReplicaAnswer): void {
    const asked = this.#outstanding.get(requestId);
    this.#outstanding.delete(requestId);
    if (asked === undefined) return;
    if (answer.ok) this.#device.learn(asked.command);
    else if (answer.code === 'not_logged_in') this.#device.session = undefined;
  }

  #think(): void {
    const { agenda, dice, thinkMs } = this.#options;
    agenda.after(dice.below(2 * thinkMs) + 1, () => {
      if (!this.#isPausing) this.#act();
      this.#think();
    });
  }

  #act(): void {
    if (this.#outstanding.size >= this.#options.window || this.#isBehind()) return;
    const { dice, machines } = this.#options;
    const serving = machines.filter(({ process }) => process?.isServing);
    if (serving.length === 0) return;
    const machine = dice.pick(serving);
    const { state } = (machine.process as NonNullable<Machine['process']>).replica;
    if (this.#options.taste === 'sessions') this.#beNoticed(machine, state);
    const command = thinkOf({ taste: this.#options.taste, device: this.#device, state, dice, now: machine.clock.now });
    if (command === undefined) return;
    const requestId = this.#device.nextRequest();
    const asked = { requestId, actor: this.#device.actor, command, counter: this.#device.counter };
    this.#outstanding.set(requestId, asked);
    this.#send(asked, machine);
  }

  /** Its session is seen in use; now and then whoever runs the tracker gives its user another password. */
  #beNoticed(machine: Machine, state: State): void {
    const { dice, nextTicket } = this.#options;
    const { session, user } = this.#device;
    const row = user && state.users.get(user);
    if (session === undefined || row === undefined) return;
    if (dice.chance(0.3)) machine.noteUse(session);
    const command = { type: 'reset_password', user: row.name as UserName, credential: 'reset hash' } as const;
    if (dice.chance(0.1)) machine.operate(command, nextTicket());
  }

  /** An old request is still under way: no counter may get too far ahead of it. */
  #isBehind(): boolean {
    const [oldest] = this.#outstanding.values();
    return oldest !== undefined && this.#device.counter - oldest.counter >= FARTHEST;
  }

  #send(asked: Outstanding, machine: Machine): void {
    const { agenda, dice } = this.#options;
    agenda.after(dice.below(20), () => this.#arrive(asked, machine));
    agenda.after(PATIENCE_MS / 2 + dice.below(PATIENCE_MS), () => this.#retry(asked));
    if (dice.chance(0.05)) agenda.after(dice.below(LATE_MS), () => this.#arriveLate(asked));
  }

  #arrive({ requestId, actor, command }: Outstanding, machine: Machine): void {
    machine.ask({ ticket: this.#options.nextTicket(), requestId, actor, command });
  }

  /** A copy that was held up on its way. A device has never more than a window of counters under way. */
  #arriveLate(asked: Outstanding): void {
    const { dice, machines } = this.#options;
    if (this.#device.counter - asked.counter < FARTHEST) this.#arrive(asked, dice.pick(machines));
  }

  #retry(asked: Outstanding): void {
    if (!this.#outstanding.has(asked.requestId)) return;
    const { dice, machines } = this.#options;
    const up = machines.filter(({ process }) => process?.isServing);
    this.#send(asked, dice.pick(up.length > 0 ? up : machines));
  }
}
