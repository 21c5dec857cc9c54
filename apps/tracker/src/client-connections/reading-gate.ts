/** Several reasons not to read on, each by itself: the connection is paused by the first and goes on after the last. */
import type { Connection } from '@p2p/transport';

/** `greeting`: nobody is there yet to be asked. `outstanding`: enough is in hand. `backlog`: answers are not taken. */
export type Hold = 'greeting' | 'outstanding' | 'pace' | 'backlog';

export class ReadingGate {
  readonly #connection: Pick<Connection, 'pause' | 'resume'>;
  readonly #holds = new Set<Hold>();

  constructor(connection: Pick<Connection, 'pause' | 'resume'>) {
    this.#connection = connection;
  }

  isHeld(hold: Hold): boolean {
    return this.#holds.has(hold);
  }

  hold(hold: Hold): void {
    if (this.#holds.size === 0) this.#connection.pause();
    this.#holds.add(hold);
  }

  release(hold: Hold): void {
    if (this.#holds.delete(hold) && this.#holds.size === 0) this.#connection.resume();
  }
}
