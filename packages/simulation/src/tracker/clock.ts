/** A tracker's clock on the wall: off by some, and set now and then. */
import type { Agenda } from '../agenda.js';

export class WallClock {
  readonly #agenda: Agenda;
  /** How far it is ahead of the true time, ms. */
  aheadMs: number;

  constructor(agenda: Agenda, aheadMs: number) {
    this.#agenda = agenda;
    this.aheadMs = aheadMs;
  }

  get now(): number {
    return Math.round(this.#agenda.now + this.aheadMs);
  }
}
