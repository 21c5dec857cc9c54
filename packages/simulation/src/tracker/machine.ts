/** A machine: a disk and a clock that outlive the tracker that runs on it. */
import type { IncarnationId, SessionId } from '@p2p/protocol';
import {
  emptyMark,
  emptyState,
  type FileCommand,
  type OperatorCommand,
  type ReplicaBase,
  recover,
  type Store,
  type Ticket,
} from '@p2p/state';
import type { Dice } from '../dice.js';
import { Lane } from '../disk/lane.js';
import { Violation } from '../witness/violation.js';
import type { Ask } from './inputs.js';
import { TrackerProcess } from './process.js';
import type { Surroundings } from './surroundings.js';

export class Machine {
  readonly #around: Surroundings;
  #process: TrackerProcess | undefined;
  /** What it does before it is a tracker. */
  #boot: Lane | undefined;
  #hangs = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get slot(): number {
    return this.#around.slot;
  }

  get process(): TrackerProcess | undefined {
    return this.#process;
  }

  get isUp(): boolean {
    return this.#process !== undefined;
  }

  get disk(): Surroundings['disk'] {
    return this.#around.disk;
  }

  get clock(): Surroundings['clock'] {
    return this.#around.clock;
  }

  /** Starts what is not running, from what is on the disk. */
  start(): void {
    if (this.#process !== undefined || this.#boot !== undefined) return;
    const { agenda, disk, flushMs, failed, guarded } = this.#around;
    const boot = new Lane({ agenda, disk, flushMs, failed });
    this.#boot = boot;
    guarded(() => {
      const { base, store, commands } = this.#recover();
      boot.perform(commands, () => {
        this.#boot = undefined;
        guarded(() => {
          this.#process = new TrackerProcess(this.#around, base, store);
        });
      });
    });
  }

  /** The power is gone. */
  crash(): void {
    this.#boot?.stop();
    this.#boot = undefined;
    this.#process?.stop();
    this.#process = undefined;
    this.disk.crash(this.#around.dice);
  }

  /** The disk is as it was when this copy was made. */
  restore(backup: ReturnType<Surroundings['disk']['backup']>): void {
    const { witness } = this.#around;
    if (this.#process !== undefined) witness.restored.add(this.#process.replica.incarnation);
    this.crash();
    this.disk.restore(backup);
    witness.lostDisk(this.slot);
  }

  /** SIGSTOP, and SIGCONT after a while. */
  hang(forMs: number): void {
    const process = this.#process;
    if (process === undefined || !process.isResponsive) return;
    this.#hangs += 1;
    const hang = this.#hangs;
    process.hang();
    this.#around.network.watchSilence(process, () => process === this.#process && this.#hangs === hang);
    this.#around.agenda.after(forMs, () => {
      if (this.#hangs === hang) this.wake();
    });
  }

  wake(): void {
    this.#hangs += 1;
    this.#process?.wake();
  }

  ask(ask: Ask): void {
    this.#process?.ask(ask);
  }

  noteUse(session: SessionId): void {
    this.#process?.noteUse(session);
  }

  operate(command: OperatorCommand, ticket: Ticket): void {
    this.#process?.operate(command, ticket);
  }

  #recover(): { base: ReplicaBase; store: Store; commands: Iterable<FileCommand> } {
    const { slot, disk, replicaOptions } = this.#around;
    const recovery = recover(disk, { cluster: replicaOptions.cluster, slot });
    if (recovery.kind === 'unusable') throw new Violation('unusable disk', `tracker ${slot}: ${recovery.message}`);
    if (recovery.kind === 'recovered') return recovery;
    const incarnation = replicaOptions.freshIncarnation();
    const base: ReplicaBase = { incarnation, state: emptyState(), mark: emptyMark, tail: [] };
    return { base, store: recovery.store, commands: recovery.store.install(base) };
  }
}

/** An incarnation that never was before. */
export function freshIncarnation(slot: number, dice: Dice): IncarnationId {
  return `${slot}.${dice.hex(16)}` as IncarnationId;
}
