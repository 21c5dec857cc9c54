/** A crowd of hostile connections of every kind, and what has become of them. */
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type Attack, insist, type Target } from './attack.js';
import { garbage } from './attacks/garbage.js';
import { halfOpen } from './attacks/half-open.js';
import { memberFlood } from './attacks/member-flood.js';
import { silent } from './attacks/silent.js';
import { slowReader } from './attacks/slow-reader.js';
import { slowWriter } from './attacks/slow-writer.js';
import { strangerFlood } from './attacks/stranger-flood.js';
import { wrongLogIns } from './attacks/wrong-log-ins.js';

export const attacks = {
  'half-open': halfOpen,
  silent,
  'slow-writer': slowWriter,
  'slow-reader': slowReader,
  garbage,
  'stranger-flood': strangerFlood,
  'wrong-log-ins': wrongLogIns,
  'member-flood': memberFlood,
} as const satisfies Record<string, Attack>;

export type AttackKind = keyof typeof attacks;
export const attackKinds = Object.keys(attacks) as AttackKind[];

/** They begin together, or when so long has passed: who waits longer is thrown out for its silence. */
const ASSEMBLY_MS = 8_000;

/** Of all connections of a kind: how often one has got as far as it wanted, and what they have sent. */
export interface Tally {
  arrived: number;
  sent: number;
}

export class Crowd {
  readonly tallies: Readonly<Record<AttackKind, Tally>>;
  readonly #stopping = new AbortController();
  readonly #lives: Promise<void>[] = [];
  readonly #arrivals: Promise<void>[] = [];
  readonly #assembled: Promise<void>;

  /** `connections` in all, in equal parts of the `kinds`. */
  constructor(target: Target, connections: number, kinds: readonly AttackKind[] = attackKinds) {
    setMaxListeners(Number.POSITIVE_INFINITY, this.#stopping.signal);
    this.tallies = Object.fromEntries(attackKinds.map((kind) => [kind, { arrived: 0, sent: 0 }])) as never;
    for (let index = 0; index < connections; index++) {
      this.#send(target, kinds[index % kinds.length] as AttackKind, Math.floor(index / kinds.length));
    }
    this.#assembled = Promise.race([Promise.all(this.#arrivals), delay(ASSEMBLY_MS)]).then(() => undefined);
  }

  /** Resolves when each connection has got as far as it wanted once; before, or soon after, they begin. */
  async arrived(): Promise<void> {
    await Promise.all(this.#arrivals);
  }

  /** Resolves when all have left. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#lives);
  }

  #send(target: Target, kind: AttackKind, index: number): void {
    const tally = this.tallies[kind];
    const { signal } = this.#stopping;
    this.#arrivals.push(
      new Promise((resolve) => {
        const arrived = (): Promise<void> => {
          tally.arrived += 1;
          resolve();
          return this.#assembled;
        };
        const sent = (count: number): void => {
          tally.sent += count;
        };
        const attacker = { target, index, signal, arrived, sent };
        this.#lives.push(insist(attacks[kind], attacker, kind === 'garbage' ? 0 : undefined));
      }),
    );
  }
}
