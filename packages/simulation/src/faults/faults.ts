/**
 * What can happen to a cluster. Each fault is something that real machines, networks and operators do, and heals after a
 * while, or when all is mended in the end.
 */
import type { Cluster } from '../cluster.js';
import { lossWith } from './lost-disk.js';

export interface FaultCounts {
  crashes: number;
  lostDisks: number;
  fullDisks: number;
  restoredDisks: number;
  partitions: number;
  brokenLinks: number;
  hangs: number;
  clockSteps: number;
  retirements: number;
}

export const noFaults = (): FaultCounts => ({
  crashes: 0,
  lostDisks: 0,
  fullDisks: 0,
  restoredDisks: 0,
  partitions: 0,
  brokenLinks: 0,
  hangs: 0,
  clockSteps: 0,
  retirements: 0,
});

export interface FaultOptions {
  readonly skewMs: number;
  /** Longest time that a fault lasts, ms. */
  readonly lastingMs: number;
  /** Whether what was answered with `replicated: false` may go with the only disk that has it. */
  readonly mayLoseOnlyCopies: boolean;
}

export class Faults {
  readonly counts = noFaults();
  readonly #cluster: Cluster;
  readonly #options: FaultOptions;

  constructor(cluster: Cluster, options: FaultOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  readonly crash = (slot = this.#anySlot()): void => {
    const machine = this.#cluster.machine(slot);
    if (!machine.isUp) return;
    machine.crash();
    this.counts.crashes += 1;
    this.#later(() => machine.start());
  };

  readonly crashAll = (): void => {
    for (const slot of this.#cluster.slots) this.crash(slot);
  };

  /** A disk is lost; with it nothing that may be final, and mostly nothing at all that a client was told of. */
  readonly loseDisk = (slot = this.#anySlot()): void => {
    const machine = this.#cluster.machine(slot);
    const { witness } = this.#cluster;
    const loss = lossWith(witness, slot, this.#cluster.slots);
    if (loss.isFinal || (loss.promised.length > 0 && !this.#options.mayLoseOnlyCopies)) return;
    for (const requestId of loss.promised) witness.excused.add(requestId);
    if (machine.isUp) this.counts.crashes += 1;
    machine.crash();
    machine.disk.lose();
    witness.lostDisk(slot);
    this.counts.lostDisks += 1;
    this.#later(() => machine.start());
  };

  readonly fillDisk = (): void => {
    const { disk } = this.#cluster.machine(this.#anySlot());
    disk.roomBytes = this.#cluster.dice.below(2_000);
    this.counts.fullDisks += 1;
    this.#later(() => {
      disk.roomBytes = Number.POSITIVE_INFINITY;
      for (const machine of this.#cluster.machines) if (machine.disk === disk) this.#later(() => machine.start());
    });
  };

  /** Two trackers can't reach each other, or only one the other. */
  readonly cut = (): void => {
    const { network, dice } = this.#cluster;
    const [one, other] = this.#pair();
    const isOneWay = dice.chance(0.3);
    network.cut(one, other);
    if (!isOneWay) network.cut(other, one);
    this.counts.partitions += 1;
    this.#later(() => {
      network.mend(one, other);
      if (!isOneWay) network.mend(other, one);
    });
  };

  /** One tracker, or a few, on the one side, all others on the other. */
  readonly partition = (): void => {
    const { network, dice, slots } = this.#cluster;
    const side = new Set(slots.filter(() => dice.chance(0.5)));
    const across = slots.flatMap((one) =>
      slots.filter((other) => side.has(one) !== side.has(other)).map((other) => [one, other] as const),
    );
    for (const [one, other] of across) network.cut(one, other);
    this.counts.partitions += 1;
    this.#later(() => {
      for (const [one, other] of across) network.mend(one, other);
    });
  };

  readonly breakLink = (): void => {
    this.#cluster.network.break(...this.#pair());
    this.counts.brokenLinks += 1;
  };

  readonly hang = (): void => {
    this.#cluster.machine(this.#anySlot()).hang(this.#lasting());
    this.counts.hangs += 1;
  };

  readonly stepClock = (): void => {
    const { dice } = this.#cluster;
    const { skewMs } = this.#options;
    this.#cluster.machine(this.#anySlot()).clock.aheadMs = dice.between(-skewMs, skewMs);
    this.counts.clockSteps += 1;
  };

  /**
   * An operator gives up a tracker that is down, too early or not; it comes back all the same. He does so once: two
   * that give up each other would make two clusters of one.
   */
  readonly retire = (): void => {
    const { dice, machines, nextTicket } = this.#cluster;
    const down = machines.filter(({ isUp }) => !isUp);
    if (down.length === 0 || this.counts.retirements > 0) return;
    const { slot } = dice.pick(down);
    // One that has not met the others since its disk was lost knows nothing of what it would go on without.
    const up = machines.filter(({ process }) => process?.isServing && process.replica.state.slots.has(slot));
    if (up.length === 0) return;
    dice.pick(up).operate({ type: 'retire', slot }, nextTicket());
    this.counts.retirements += 1;
  };

  #anySlot(): number {
    return this.#cluster.dice.pick(this.#cluster.slots);
  }

  #pair(): [number, number] {
    const one = this.#anySlot();
    return [one, this.#cluster.dice.pick(this.#cluster.slots.filter((slot) => slot !== one))];
  }

  /** Short times and long ones are equally likely. */
  #lasting(): number {
    const { dice } = this.#cluster;
    return 10 * (this.#options.lastingMs / 10) ** dice.next();
  }

  #later(action: () => void): void {
    this.#cluster.agenda.after(this.#lasting(), action);
  }
}
