/** Follows the cluster's key to the next one while connected, and tells the user what is to be done about it, once. */
import type { ClusterPin } from '../data-directory/cluster-pin.js';
import { isSystemError } from '../data-directory/system-files.js';

export class KeyFollower {
  readonly #pin: ClusterPin;
  readonly #notice: (line: string) => void;
  /** What was said last. */
  #advice: string | undefined;

  constructor(pin: ClusterPin, notice: (line: string) => void) {
    this.#pin = pin;
    this.#notice = notice;
  }

  /** The tracker that is connected says how the key has changed. Never rejects but on a bug. */
  async follow(successions: readonly string[]): Promise<void> {
    try {
      await this.#pin.follow(successions);
      this.advise();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#notice(`the trackers' new key cannot be written down: ${error.message}`);
    }
  }

  /** Says so where tracker_info.txt names a key that is no longer the newest. */
  advise(): void {
    const { advice } = this.#pin;
    if (advice !== undefined && advice !== this.#advice) this.#notice(advice);
    this.#advice = advice;
  }
}
