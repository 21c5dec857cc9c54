/** Keeps a tracker connected: dials those it has no connection to, at once when it starts, then less and less often. */
import { FIRST_RETRY_DELAY_MS, MAX_RETRY_DELAY_MS, STARTUP_CATCH_UP_MS } from '@p2p/protocol';
import type { Station } from '../network/network.js';
import type { Surroundings } from './surroundings.js';

export class Dialler {
  readonly #station: Station;
  readonly #around: Surroundings;
  readonly #delays = new Map<number, number>();
  readonly #dialling = new Set<number>();
  /** Neighbours that this tracker still has to hear from before it serves. */
  readonly #asked: Set<number>;
  #whenAsked: (() => void) | undefined;

  constructor(station: Station, around: Surroundings) {
    this.#station = station;
    this.#around = around;
    this.#asked = new Set(around.neighbours);
  }

  /** `whenAsked`: each neighbour is linked, or does not answer, or never gets done. */
  start(whenAsked: () => void): void {
    this.#whenAsked = whenAsked;
    for (const slot of this.#around.neighbours) this.#dial(slot);
    this.#around.agenda.after(STARTUP_CATCH_UP_MS, () => this.#everybodyWasAsked());
  }

  connected(slot: number): void {
    this.#dialling.delete(slot);
  }

  linked(slot: number): void {
    this.#delays.delete(slot);
    this.#wasAsked(slot);
  }

  /** A connection to this slot has ended. */
  lost(slot: number): void {
    // It may have broken before this side knew that it was there.
    this.#dialling.delete(slot);
    // Of two connections that were made at once, only one stays.
    if (this.#around.network.endsOf(this.#station, slot).length > 0) return;
    this.#wasAsked(slot);
    this.#dialLater(slot);
  }

  #dial(slot: number): void {
    const { network, stationAt } = this.#around;
    if (!this.#station.isAlive || this.#dialling.has(slot) || network.endsOf(this.#station, slot).length > 0) return;
    this.#dialling.add(slot);
    network.dial(this.#station, stationAt(slot), () => {
      this.#dialling.delete(slot);
      this.#wasAsked(slot);
      this.#dialLater(slot);
    });
  }

  #dialLater(slot: number): void {
    const { agenda, dice } = this.#around;
    const delayMs = this.#delays.get(slot) ?? FIRST_RETRY_DELAY_MS;
    this.#delays.set(slot, Math.min(2 * delayMs, MAX_RETRY_DELAY_MS));
    agenda.after(delayMs / 2 + dice.below(delayMs), () => this.#dial(slot));
  }

  #wasAsked(slot: number): void {
    this.#asked.delete(slot);
    if (this.#asked.size === 0) this.#around.agenda.after(0, () => this.#everybodyWasAsked());
  }

  #everybodyWasAsked(): void {
    this.#whenAsked?.();
    this.#whenAsked = undefined;
  }
}
