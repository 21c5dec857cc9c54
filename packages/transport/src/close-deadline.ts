/** Bounds how long a closing connection waits for the other side: as long as bytes leave, and one timeout more. */
import { CLOSE_TIMEOUT_MS } from '@p2p/protocol';

export class CloseDeadline {
  #timer: NodeJS.Timeout | undefined;

  /**
   * Calls `onStuck` with the bytes still unsent once none has left for CLOSE_TIMEOUT_MS. Doesn't keep the process
   * alive: the connection itself does.
   */
  start(bufferedBytes: () => number, onStuck: (unsentBytes: number) => void): void {
    let before = bufferedBytes();
    this.#timer = setInterval(() => {
      const now = bufferedBytes();
      if (now < before) {
        before = now;
        return;
      }
      this.stop();
      onStuck(now);
    }, CLOSE_TIMEOUT_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
