/** Who waits for what: a request to be final or held, or, where nothing had to be changed, all that was there. */
import { compareStamps, type RequestId, type Stamp } from '@p2p/protocol';
import type { Ticket } from './interface.js';

/** A request that changed nothing, since the state was so already: true once that can't change any more. */
export interface Barrier {
  readonly ticket: Ticket;
  /** The last stamp at the time; null where there was none. */
  readonly stamp: Stamp | null;
  /** Position in the arrivals behind everything at the time. */
  readonly position: number;
}

export class Waiting {
  readonly #tickets = new Map<RequestId, Ticket[]>();
  /** In the order in which they came: stamps and positions rise. */
  #barriers: Barrier[] = [];

  add(ticket: Ticket, request: RequestId): void {
    const tickets = this.#tickets.get(request);
    if (tickets === undefined) this.#tickets.set(request, [ticket]);
    else tickets.push(ticket);
  }

  addBarrier(barrier: Barrier): void {
    this.#barriers.push(barrier);
  }

  isAwaited(request: RequestId): boolean {
    return this.#tickets.has(request);
  }

  get requests(): RequestId[] {
    return [...this.#tickets.keys()];
  }

  /** Takes out those who wait for a request. */
  take(request: RequestId): readonly Ticket[] {
    const tickets = this.#tickets.get(request) ?? [];
    this.#tickets.delete(request);
    return tickets;
  }

  /** Takes out the barriers up to a stamp that is final. */
  takeSettled(final: Stamp | null): Barrier[] {
    return this.#takeWhile(({ stamp }) => stamp === null || (final !== null && compareStamps(stamp, final) <= 0));
  }

  /** Takes out the barriers up to a position that is held. */
  takeHeld(heldUpTo: number): Barrier[] {
    return this.#takeWhile(({ position }) => position <= heldUpTo);
  }

  #takeWhile(isDue: (barrier: Barrier) => boolean): Barrier[] {
    const first = this.#barriers.findIndex((barrier) => !isDue(barrier));
    return this.#barriers.splice(0, first === -1 ? this.#barriers.length : first);
  }
}
