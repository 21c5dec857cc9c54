/**
 * What is on its way: to each downloader, and to all. What was sent and has not arrived either travels or waits in a
 * queue, mostly that of this machine's own line. A queue that never runs empty keeps the line busy; a long one only
 * makes choices early. How long it is, is told by how much later than usual blocks arrive by the downloaders' clocks;
 * the way back of the acknowledgements has no part in it.
 */
import {
  FIRST_FLIGHT_BYTES,
  MIN_FLIGHT_BYTES,
  STUCK_FIRST_FLIGHT_MS,
  STUCK_FLIGHT_MS,
  UPLOAD_QUEUE_MS,
} from '@p2p/protocol';
import { FlightWindow } from './flight-window.js';

/** The queue that all wait in is no longer than the shortest that anybody met in one to two of these. */
const COMMON_SPAN_MS = 50;

/** A block on its way. */
export interface Flying {
  readonly bytes: number;
  readonly sentAtMs: number;
}

/** What is on its way to one downloader. */
export class Flight {
  bytes = 0;
  /** A queue of its own may come to that of all: a slow downloader must not hold much of what is on its way. */
  readonly window = new FlightWindow(2 * UPLOAD_QUEUE_MS, FIRST_FLIGHT_BYTES);
  /** When something was acknowledged last, or sent while nothing was on its way. */
  heardMs = 0;
  /** Acknowledges nothing: what it holds is no part of the queue that the others wait in. */
  isStuck = false;
  /** The downloader's clock less ours, and the way there at its shortest; infinite as long as nothing has arrived. */
  leastDelayMs = Number.POSITIVE_INFINITY;
  /** There and back, at its shortest. */
  roundTripMs = Number.POSITIVE_INFINITY;

  get isProven(): boolean {
    return this.leastDelayMs < Number.POSITIVE_INFINITY;
  }

  /** How long nothing may be acknowledged of what is on its way. */
  get patienceMs(): number {
    if (!this.isProven) return STUCK_FIRST_FLIGHT_MS;
    return Math.max(STUCK_FLIGHT_MS, 4 * (this.roundTripMs + UPLOAD_QUEUE_MS));
  }
}

export interface Arrival {
  readonly nowMs: number;
  /** When the last of the blocks arrived, by the downloader's clock; any origin, but always the same. */
  readonly clockMs: number;
}

export class Flights {
  readonly #flights = new Set<Flight>();
  readonly #window = new FlightWindow(UPLOAD_QUEUE_MS, MIN_FLIGHT_BYTES);
  /** Bytes on their way to those who acknowledge. */
  #bytes = 0;
  #queueNowMs = Number.POSITIVE_INFINITY;
  #queueBeforeMs = 0;
  #queueSinceMs = 0;

  open(): Flight {
    const flight = new Flight();
    this.#flights.add(flight);
    return flight;
  }

  close(flight: Flight): void {
    this.#flights.delete(flight);
    if (!flight.isStuck) this.#bytes -= flight.bytes;
  }

  /** Bytes that may be on their way to all. */
  get limit(): number {
    return this.#window.bytes;
  }

  /** Whether one block more may leave for this downloader. */
  hasRoom(flight: Flight, nowMs: number): boolean {
    if (flight.bytes >= flight.window.bytes) {
      flight.window.fill();
      return false;
    }
    if (flight.isStuck || this.#bytes < this.limit) return true;
    this.#window.fill();
    this.#findStuck(nowMs);
    return this.#bytes < this.limit;
  }

  depart(flight: Flight, bytes: number, nowMs: number): Flying {
    if (flight.bytes === 0) flight.heardMs = nowMs;
    flight.bytes += bytes;
    if (!flight.isStuck) this.#bytes += bytes;
    return { bytes, sentAtMs: nowMs };
  }

  /** These blocks have arrived, in this order. */
  arrive(flight: Flight, blocks: readonly Flying[], { nowMs, clockMs }: Arrival): void {
    const last = blocks.at(-1);
    if (last === undefined) return;
    const bytes = blocks.reduce((sum, block) => sum + block.bytes, 0);
    this.#count(flight, bytes, nowMs);
    flight.roundTripMs = Math.min(flight.roundTripMs, nowMs - last.sentAtMs);
    const queueMs = this.#queueOf(flight, clockMs - last.sentAtMs);
    flight.window.arrive(bytes, queueMs);
    this.#window.arrive(bytes, this.#commonQueue(queueMs, nowMs));
  }

  /** Bytes that will not be acknowledged any more: the file was closed. */
  forget(flight: Flight, bytes: number): void {
    flight.bytes -= bytes;
    if (!flight.isStuck) this.#bytes -= bytes;
  }

  #count(flight: Flight, bytes: number, nowMs: number): void {
    if (flight.isStuck) this.#bytes += flight.bytes;
    flight.isStuck = false;
    flight.bytes -= bytes;
    this.#bytes -= bytes;
    flight.heardMs = nowMs;
  }

  /** How long a block has waited that took so long by two clocks. Who comes into a queue must not take it for the way. */
  #queueOf(flight: Flight, delayMs: number): number {
    const least = flight.isProven ? delayMs : delayMs - Math.min(this.#queueNowMs, this.#queueBeforeMs);
    flight.leastDelayMs = Math.min(flight.leastDelayMs, least);
    return delayMs - flight.leastDelayMs;
  }

  #commonQueue(queueMs: number, nowMs: number): number {
    if (nowMs - this.#queueSinceMs > COMMON_SPAN_MS) {
      this.#queueBeforeMs = nowMs - this.#queueSinceMs > 2 * COMMON_SPAN_MS ? queueMs : this.#queueNowMs;
      this.#queueNowMs = queueMs;
      this.#queueSinceMs = nowMs;
    }
    this.#queueNowMs = Math.min(this.#queueNowMs, queueMs);
    return Math.min(this.#queueNowMs, this.#queueBeforeMs);
  }

  #findStuck(nowMs: number): void {
    for (const flight of this.#flights) {
      if (flight.isStuck || flight.bytes === 0) continue;
      if (nowMs - flight.heardMs < flight.patienceMs) continue;
      this.#bytes -= flight.bytes;
      flight.isStuck = true;
    }
  }
}
