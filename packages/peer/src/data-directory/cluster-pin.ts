/**
 * The cluster's key as this client knows it: from tracker_info.txt, else the one that the first tracker showed, which
 * is remembered ("trust on first use"). Whoever shows another key is not talked to, unless the known one has said that
 * it follows.
 */

import { replaceFile } from '@p2p/transport';
import { Mutex } from 'async-mutex';
import { areAbout, extended, hasKey, isInForce, type KeyChain, newestKey, readLinks } from './key-chain.js';
import { DamagedFileError, readIfThere } from './system-files.js';

const fingerprint = /^[0-9a-f]{64}$/;

export class ClusterPin {
  readonly #path: string;
  readonly #configured: string | undefined;
  readonly #changing = new Mutex();
  #chain: KeyChain | undefined;
  #now: () => number = Date.now;

  private constructor(path: string, configured: string | undefined, chain: KeyChain | undefined) {
    this.#path = path;
    this.#configured = configured;
    this.#chain = chain;
  }

  /** `configured` is the fingerprint of tracker_info.txt, if it has one. Rejects where the file is damaged. */
  static async open(path: string, configured: string | undefined): Promise<ClusterPin> {
    const kept = await readPin(path);
    // A fingerprint that the known keys don't lead to or from is a new beginning.
    const isNew = configured !== undefined && (kept === undefined || !hasKey(kept, configured));
    return new ClusterPin(path, configured, isNew ? { pinned: configured, links: [] } : kept);
  }

  /** What is expired is judged by this clock from now on: the trackers', as far as it is known; ms. */
  judgeBy(now: () => number): void {
    this.#now = now;
  }

  /** The key that the trackers should show; undefined until a first one has been seen. */
  get expected(): string | undefined {
    return this.#chain === undefined ? undefined : newestKey(this.#chain);
  }

  /** Whether whoever shows this key may be spoken to: one who is trusted, or the first of all. */
  accepts(key: string): boolean {
    return this.#chain === undefined || this.trusts(key);
  }

  /** Whether a statement that this key has signed is the cluster's word now. */
  trusts(key: string): boolean {
    return this.#chain !== undefined && isInForce(this.#chain, key, this.#now());
  }

  /**
   * Whether a tracker that has shown this key, and says that these statements led to the present one, is the cluster's.
   * The first one that is seen becomes the key that is known, and where its statements lead is followed, once that is on
   * disk.
   */
  accept(key: string, successions: readonly string[]): Promise<boolean> {
    return this.#changing.runExclusive(async () => {
      await this.#extend(this.#chain ?? { pinned: key, links: [] }, key, successions);
      return this.trusts(key);
    });
  }

  /** A tracker that was accepted says how the key has changed since. Resolves when that is on disk. */
  follow(successions: readonly string[]): Promise<void> {
    return this.#changing.runExclusive(async () => {
      if (this.#chain !== undefined) await this.#extend(this.#chain, newestKey(this.#chain), successions);
    });
  }

  /** Resolves when nothing is being written. */
  async settled(): Promise<void> {
    await this.#changing.waitForUnlock();
  }

  /** What to tell a person where tracker_info.txt names a key that another one has followed; undefined otherwise. */
  get advice(): string | undefined {
    const { expected } = this;
    if (this.#configured === undefined || expected === undefined || this.#configured === expected) return undefined;
    return (
      'the key of the trackers was replaced, and the one that tracker_info.txt names has said by which – ' +
      `write fingerprint=sha256:${expected} into it, in the place of the old one`
    );
  }

  /** What to tell a person when `address` shows the key `shown` instead of the expected one. */
  explain(address: string, shown: string | undefined): string {
    const undo =
      this.#configured !== undefined
        ? 'put the new fingerprint into tracker_info.txt'
        : `remove ${this.#path} and connect again`;
    return [
      `the tracker at ${address} shows another key than the one this client knows.`,
      'Either somebody is pretending to be the tracker, or its operator has made a new key.',
      `Expected: sha256:${this.expected ?? 'none'}; shown: ${shown === undefined ? 'none' : `sha256:${shown}`}.`,
      `Ask the operator for the fingerprint; if the new one is right, ${undo}.`,
    ].join(' ');
  }

  async #extend(chain: KeyChain, shown: string, successions: readonly string[]): Promise<void> {
    const links = (await readLinks(successions)) ?? [];
    const next = extended(chain, links, shown === newestKey(chain));
    if (next === this.#chain) return;
    await replaceFile(this.#path, [next.pinned, ...next.links.map(({ text }) => text), ''].join('\n'));
    this.#chain = next;
  }
}

/** The pinned key alone in the first line, and a statement in each one below. */
async function readPin(path: string): Promise<KeyChain | undefined> {
  const text = (await readIfThere(path))?.toString('latin1').trim();
  if (text === undefined) return undefined;
  const [pinned = '', ...statements] = text.split('\n');
  const links = await readLinks(statements);
  const isRead = fingerprint.test(pinned) && links !== undefined;
  if (isRead && (links.length === 0 || areAbout(links, pinned))) return { pinned, links };
  throw new DamagedFileError(
    `${path} is damaged: it should hold the fingerprint of the trackers' key, and how it has changed since – ` +
      'ask their operator for the present one, write it into tracker_info.txt, and remove this file',
  );
}
