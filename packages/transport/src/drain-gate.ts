/** Those who wait until little enough is unsent, between a high and a low mark so that they wake up rarely. */
import { SEND_HIGH_WATER_BYTES, SEND_LOW_WATER_BYTES } from '@p2p/protocol';

export class DrainGate {
  #waiting: (() => void)[] = [];

  /** Resolves at once below the high mark, else when {@link update} sees the low one. */
  wait(bufferedBytes: number): Promise<void> {
    if (bufferedBytes < SEND_HIGH_WATER_BYTES) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** To be called whenever bytes have left. */
  update(bufferedBytes: number): void {
    if (this.#waiting.length === 0 || bufferedBytes > SEND_LOW_WATER_BYTES) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
