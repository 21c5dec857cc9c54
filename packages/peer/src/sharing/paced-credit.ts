/**
 * A file's own limit on one channel, on either side of it: what the downloader allows to be sent is passed on bit by
 * bit, as the limit allows. Nothing else on the connection has to wait, and nothing that was sent has to be held.
 */
import { LEAF_BYTES, MAX_DATA_BYTES } from '@p2p/protocol';
import { atTurn } from './at-turn.js';
import type { RateLimiter } from './rate-limiter.js';

export interface PacedCreditOptions<News> {
  /** The file's limiter as it is by now; undefined where there is none. */
  readonly limiter: () => RateLimiter | undefined;
  readonly pass: (news: News) => void;
}

/** `News`: up to where the downloader lets be sent, cumulative, and what else it says with that. */
export class PacedCredit<News extends { readonly credit: number }> {
  readonly #options: PacedCreditOptions<News>;
  #news: News | undefined;
  #allowed = 0;
  /** How much of that has been passed on. */
  #passed = 0;
  #isWaiting = false;
  #callOff = (): void => undefined;

  constructor(options: PacedCreditOptions<News>) {
    this.#options = options;
  }

  /** Everything but the credit is passed on at once. */
  set(news: News): void {
    this.#news = news;
    this.#allowed = Math.max(this.#allowed, news.credit);
    this.#pass();
  }

  /** Nothing is passed on any more. */
  close(): void {
    this.#isWaiting = true;
    this.#callOff();
  }

  #pass(): void {
    while (!this.#isWaiting && this.#passed < this.#allowed) {
      const limiter = this.#options.limiter();
      if (limiter === undefined) this.#passed = this.#allowed;
      else this.#queue(limiter);
    }
    if (this.#news !== undefined) this.#options.pass({ ...this.#news, credit: this.#passed });
  }

  /** Each channel of the file gets its turn before another one gets a second. */
  #queue(limiter: RateLimiter): void {
    const bytes = Math.min(this.#allowed - this.#passed, limiter.runBytes(LEAF_BYTES, MAX_DATA_BYTES));
    let hasWaited = false;
    this.#isWaiting = true;
    this.#callOff = atTurn(limiter, bytes, () => {
      this.#isWaiting = false;
      this.#passed += bytes;
      if (hasWaited) this.#pass();
    });
    hasWaited = true;
  }
}
