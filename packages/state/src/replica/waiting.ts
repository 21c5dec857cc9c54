/** Answers that are due when every tracker that is reached holds what they speak of. */
import type { Operation, Vector } from '@p2p/protocol';
import type { Ticket } from './interface.js';
import { covers } from './operation-log.js';

export interface Waiting {
  readonly ticket: Ticket;
  /** What is to be answered for; undefined where nothing had to be changed. */
  readonly operation: Operation | undefined;
  /** What has to be held. */
  readonly wanted: Vector;
}

export class WaitingAnswers {
  #waiting: Waiting[] = [];

  add(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  /** Takes out those whose `wanted` each of these holders has, in the order in which they were asked. */
  takeHeldBy(holders: readonly Vector[]): Waiting[] {
    if (this.#waiting.length === 0) return [];
    const held = ({ wanted }: Waiting) => holders.every((vector) => covers(vector, wanted));
    const due = this.#waiting.filter(held);
    if (due.length > 0) this.#waiting = this.#waiting.filter((waiting) => !held(waiting));
    return due;
  }
}
