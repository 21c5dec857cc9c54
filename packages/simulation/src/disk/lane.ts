/** One thread that performs file commands in order, in virtual time: writing costs nothing, flushing takes its time. */
import type { FileCommand } from '@p2p/state';
import type { Agenda } from '../agenda.js';
import type { Disk } from './disk.js';

interface Job {
  readonly commands: Iterator<FileCommand>;
  /** All of them have been performed. */
  readonly done: () => void;
}

export interface LaneOptions {
  readonly agenda: Agenda;
  readonly disk: Disk;
  readonly flushMs: () => number;
  /** The disk is full. Nothing is performed any more. */
  readonly failed: () => void;
}

const nothing = () => {};

export class Lane {
  readonly #options: LaneOptions;
  readonly #jobs: Job[] = [];
  #isRunning = false;
  #isStopped = false;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return !this.#isRunning;
  }

  /** Commands are taken one by one, each when the one before has been performed. */
  perform(commands: Iterable<FileCommand>, done: () => void = nothing): void {
    if (this.#isStopped) return;
    this.#jobs.push({ commands: commands[Symbol.iterator](), done });
    if (!this.#isRunning) this.#next();
  }

  /** The process is gone: what it has asked for and is not performed yet never will be. */
  stop(): void {
    this.#isStopped = true;
    this.#jobs.length = 0;
  }

  #next(): void {
    const job = this.#jobs.shift();
    this.#isRunning = job !== undefined;
    if (job !== undefined) this.#go(job);
  }

  #go(job: Job): void {
    const { agenda, disk, flushMs, failed } = this.#options;
    for (let next = job.commands.next(); next.done !== true; next = job.commands.next()) {
      const command = next.value;
      if (command.kind === 'flush') {
        return agenda.after(flushMs(), () => {
          if (this.#isStopped) return;
          disk.perform(command);
          this.#go(job);
        });
      }
      if (disk.perform(command)) continue;
      this.stop();
      return failed();
    }
    job.done();
    if (!this.#isStopped) this.#next();
  }
}
