/**
 * Whose turn it is: of the downloads that are to come to their end so many run at a time, and the others wait in order.
 * Nothing here looks at all of them when one has changed.
 */
import { MAX_RUNNING_DOWNLOADS } from '@p2p/protocol';
import type { Download } from './download.js';

/** What it takes to have a turn. */
export type Queued = Pick<Download, 'state' | 'isRunning' | 'run' | 'suspend'>;

export class DownloadQueue {
  /** Those that wait and those that run, in the order in which they came. */
  readonly #active = new Set<Queued>();
  /** Those that were begun, and some that have stopped since. */
  readonly #begun = new Set<Queued>();
  #maxRunning = MAX_RUNNING_DOWNLOADS;

  get isEmpty(): boolean {
    return this.#active.size === 0;
  }

  /** Keeps its place where it is there already. */
  add(download: Queued): void {
    this.#active.add(download);
  }

  delete(download: Queued): void {
    this.#active.delete(download);
  }

  clear(): void {
    this.#active.clear();
  }

  /** Downloads that run at a time. Those that are too many wait again. */
  setMaxRunning(count: number): void {
    this.#maxRunning = count;
    const running = [...this.#active].filter(({ isRunning }) => isRunning);
    for (const download of running.slice(count)) void download.suspend();
  }

  /** Begins with as many as there is room for. */
  fill(): void {
    for (const download of this.#begun) if (!download.isRunning) this.#begun.delete(download);
    for (const download of this.#active) {
      if (this.#begun.size >= this.#maxRunning) return;
      if (download.isRunning || download.state !== 'queued') continue;
      this.#begun.add(download);
      void download.run();
    }
  }
}
