/** The limits that a user has set on this client's transfers. They last as long as the client does. */
import type { RateLimitsRow } from '../api.js';
import { RateLimiter } from './rate-limiter.js';

export class RateLimits {
  /** Of all that is sent to other peers. */
  readonly up: RateLimiter;
  /** Of all that comes from other peers. */
  readonly down: RateLimiter;

  /** `now` is a clock in ms that doesn't go back. */
  constructor(bytesPerSecond: RateLimitsRow, now: () => number) {
    this.up = new RateLimiter(bytesPerSecond.up, now);
    this.down = new RateLimiter(bytesPerSecond.down, now);
  }

  row(): RateLimitsRow {
    return { up: this.up.bytesPerSecond, down: this.down.bytesPerSecond };
  }
}
