/**
 * Passwords against memory-hard hashes (argon2id, RFC 9106's second recommendation at OWASP's cost: 19 MiB, t=2).
 * One at a time: hashing shares the thread pool with everything else that a tracker waits for.
 */
import { hash, verify } from '@node-rs/argon2';
import { Mutex } from 'async-mutex';

const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export class Passwords {
  readonly #queue = new Mutex();
  /** A hash of nothing in particular: who does not exist takes as long as who mistyped. */
  #nobody: Promise<string> | undefined;

  /** PHC string of a new password. */
  hash(password: string): Promise<string> {
    return this.#queue.runExclusive(() => hash(password, cost));
  }

  /** Whether `password` is the one behind `credential`; false after the same time where there is no credential. */
  async verify(credential: string | undefined, password: string): Promise<boolean> {
    this.#nobody ??= this.hash('');
    const against = credential ?? (await this.#nobody);
    const fits = await this.#queue.runExclusive(() => verify(against, password));
    return fits && credential !== undefined;
  }
}
