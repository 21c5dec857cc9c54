/**
 * The limits that a user has set on this client's transfers: of all together, and of single files in addition. They
 * last as long as the client does.
 */
import type { FileId } from '@p2p/protocol';
import type { LimitDirection, RateLimitsRow } from '../api.js';
import { RateLimiter } from './rate-limiter.js';

export class RateLimits {
  /** Of all that is sent to other peers. */
  readonly up: RateLimiter;
  /** Of all that comes from other peers. */
  readonly down: RateLimiter;
  readonly #now: () => number;
  readonly #files = { up: new Map<FileId, RateLimiter>(), down: new Map<FileId, RateLimiter>() };

  /** `now` is a clock in ms that doesn't go back. */
  constructor(bytesPerSecond: RateLimitsRow, now: () => number) {
    this.#now = now;
    this.up = new RateLimiter(bytesPerSecond.up, now);
    this.down = new RateLimiter(bytesPerSecond.down, now);
  }

  row(): RateLimitsRow {
    return { up: this.up.bytesPerSecond, down: this.down.bytesPerSecond };
  }

  /** The limiter of one file; undefined where it has none. To be asked for anew each time. */
  ofFile(direction: LimitDirection, file: FileId): RateLimiter | undefined {
    return this.#files[direction].get(file);
  }

  rowOf(file: FileId): RateLimitsRow {
    const rate = (direction: LimitDirection) => this.ofFile(direction, file)?.bytesPerSecond ?? 0;
    return { up: rate('up'), down: rate('down') };
  }

  setFile(file: FileId, direction: LimitDirection, bytesPerSecond: number): void {
    const limiters = this.#files[direction];
    const known = limiters.get(file);
    // Before those who wait at it are told: they look for it again.
    if (bytesPerSecond === 0) limiters.delete(file);
    if (known !== undefined) known.setRate(bytesPerSecond);
    else if (bytesPerSecond !== 0) limiters.set(file, new RateLimiter(bytesPerSecond, this.#now));
  }
}
