/**
 * The cluster's key as this client knows it: from tracker_info.txt, else the one that the first tracker showed, which
 * is remembered ("trust on first use"). Whoever shows another key is not talked to.
 */

import { replaceFile } from '@p2p/transport';
import { DamagedFileError, readIfThere } from './system-files.js';

const fingerprint = /^[0-9a-f]{64}$/;

export class ClusterPin {
  readonly #path: string;
  readonly #configured: boolean;
  #expected: string | undefined;

  private constructor(path: string, expected: string | undefined, configured: boolean) {
    this.#path = path;
    this.#expected = expected;
    this.#configured = configured;
  }

  /** `configured` is the fingerprint of tracker_info.txt, if it has one. Rejects where the file is damaged. */
  static async open(path: string, configured: string | undefined): Promise<ClusterPin> {
    if (configured !== undefined) return new ClusterPin(path, configured, true);
    const text = (await readIfThere(path))?.toString('latin1').trim();
    if (text !== undefined && !fingerprint.test(text)) {
      throw new DamagedFileError(`${path} is damaged: it should hold the fingerprint of the trackers' key`);
    }
    return new ClusterPin(path, text, false);
  }

  /** The only key that is accepted; undefined until a first one has been seen. */
  get expected(): string | undefined {
    return this.#expected;
  }

  /** Whether `key` is the cluster's. The first one that is seen becomes it, once it is on disk. */
  async accept(key: string): Promise<boolean> {
    if (this.#expected === undefined) {
      this.#expected = key;
      await replaceFile(this.#path, `${key}\n`);
    }
    return this.#expected === key;
  }

  /** Whether a statement that this key has signed is the cluster's word now. */
  trusts(key: string): boolean {
    return this.#expected === key;
  }

  /** What to tell a person when `address` shows the key `shown` instead of the expected one. */
  explain(address: string, shown: string | undefined): string {
    const undo = this.#configured
      ? 'put the new fingerprint into tracker_info.txt'
      : `remove ${this.#path} and connect again`;
    return [
      `the tracker at ${address} shows another key than the one this client knows.`,
      'Either somebody is pretending to be the tracker, or its operator has made a new key.',
      `Expected: sha256:${this.#expected ?? 'none'}; shown: ${shown === undefined ? 'none' : `sha256:${shown}`}.`,
      `Ask the operator for the fingerprint; if the new one is right, ${undo}.`,
    ].join(' ');
  }
}
