/**
 * Notices that nothing has been heard for a while. It counts its own ticks instead of reading a clock: a process that
 * was itself stopped for a minute first reads what has come meanwhile, and blames nobody.
 */

/** Ticks in one timeout. The more, the sooner silence is noticed after its time, and the more timers run. */
const TICKS_PER_TIMEOUT = 4;

export class SilenceWatch {
  readonly #onSilence: () => void;
  readonly #hasUnread: () => boolean;
  #timer: NodeJS.Timeout | undefined;
  #quietTicks = 0;
  #suspended = false;

  /** `hasUnread`: whether something has come that this side hasn't got round to. It counts as heard when it does. */
  constructor(onSilence: () => void, hasUnread: () => boolean = () => false) {
    this.#onSilence = onSilence;
    this.#hasUnread = hasUnread;
  }

  /** Watches from now on; 0 stops. Doesn't keep the process alive. */
  setTimeout(milliseconds: number): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#quietTicks = 0;
    if (milliseconds === 0) return;
    this.#timer = setInterval(() => this.#tick(), Math.ceil(milliseconds / TICKS_PER_TIMEOUT));
    this.#timer.unref();
  }

  /** Something came. */
  heard(): void {
    this.#quietTicks = 0;
  }

  /** While suspended, silence is not counted: this side doesn't listen. */
  setSuspended(suspended: boolean): void {
    this.#suspended = suspended;
    this.#quietTicks = 0;
  }

  #tick(): void {
    if (this.#suspended || this.#hasUnread()) return;
    this.#quietTicks++;
    // The first tick may come just after something was heard, so it doesn't count as a whole one.
    if (this.#quietTicks <= TICKS_PER_TIMEOUT) return;
    this.setTimeout(0);
    this.#onSilence();
  }
}
