/**
 * The device's request counter: rises with every request that changes something and with every connection, across
 * restarts and crashes too. Numbers are reserved on disk in blocks before the first of a block is used, so none is
 * ever used twice; what a crash leaves unused is skipped.
 */

import { replaceFile } from '@p2p/transport';
import { Mutex } from 'async-mutex';
import { DamagedFileError, readIfThere } from './system-files.js';

/** Numbers reserved by one write: a busy client flushes once in a thousand requests. */
const BLOCK = 1_024;

export class RequestCounters {
  readonly #path: string;
  readonly #reserving = new Mutex();
  #next: number;
  #reservedBelow: number;

  private constructor(path: string, next: number) {
    this.#path = path;
    this.#next = next;
    this.#reservedBelow = next;
  }

  /**
   * Reads the counter's file. Where there is none it begins at `fresh`, which should be the wall clock in ms: should
   * the file be lost, the numbers still rise. Rejects where the file is there but holds no number.
   */
  static async open(path: string, fresh: number): Promise<RequestCounters> {
    const text = (await readIfThere(path))?.toString('latin1').trim();
    if (text === undefined) return new RequestCounters(path, fresh);
    const next = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isNaN(next)) {
      throw new DamagedFileError(`${path} is damaged: it should hold one number – remove it to start anew`);
    }
    return new RequestCounters(path, next);
  }

  /** Resolves when no block is being reserved. */
  async settled(): Promise<void> {
    await this.#reserving.waitForUnlock();
  }

  /** The next number. Rejects where a new block can't be written. */
  next(): Promise<number> {
    return this.#reserving.runExclusive(async () => {
      if (this.#next === this.#reservedBelow) {
        await replaceFile(this.#path, `${this.#next + BLOCK}\n`);
        this.#reservedBelow = this.#next + BLOCK;
      }
      return this.#next++;
    });
  }
}
