/**
 * What is on its way: to each downloader, and to all. What was sent and has not arrived either travels or waits in a
 * queue, mostly that of this machine's own line. A queue that never runs empty keeps the line busy; a long one only
 * makes choices early.
 */
import {
  FAST_BYTES_PER_MS,
  FAST_QUEUE_MS,
  FIRST_FLIGHT_BYTES,
  MAX_CREDIT_BYTES,
  MAX_FLIGHT_BYTES,
  MIN_FLIGHT_BYTES,
  START_FLIGHT_BYTES,
  STUCK_FIRST_FLIGHT_MS,
  STUCK_FLIGHT_MS,
  UPLOAD_QUEUE_MS,
} from '@p2p/protocol';
import { FlightWindow } from './flight-window.js';
import { Line } from './line.js';
import { Throughput } from './throughput.js';

/** What may be on its way without a word of it, in time: longer than any way and any queue of acknowledgements. */
const UNHEARD_MS = 1_000;
/** Of that, as much may be so to downloaders that have not acknowledged anything yet. */
const FIRST_FLIGHTS_PART = 0.5;

/** Whether bytes arrive fast shows within this time. */
const FAST_SPAN_MS = 50;

/** A block on its way. */
export interface Flying {
  readonly bytes: number;
  readonly sentAtMs: number;
  /** Its number among all that have left. */
  readonly order: number;
  /** After how long it leaves, by the model of the line. */
  readonly leavesMs: () => number;
  /** Whether it waits behind another one for the same downloader. */
  readonly waits: boolean;
}

/** What is on its way to one downloader. */
export class Flight {
  bytes = 0;
  /** A queue of its own may come to that of all: a slow downloader must not hold much of what is on its way. */
  readonly window = new FlightWindow(4 * UPLOAD_QUEUE_MS, FIRST_FLIGHT_BYTES);
  /** When something was acknowledged last, or sent while nothing was on its way. */
  heardMs = 0;
  /** Acknowledges nothing: what it holds is no part of the queue that the others wait in. */
  isStuck = false;
  /** The downloader's clock less ours, and the way there at its shortest; infinite as long as nothing has arrived. */
  leastDelayMs = Number.POSITIVE_INFINITY;
  /** There and back, at its shortest. */
  roundTripMs = Number.POSITIVE_INFINITY;
  /** What arrived last: its number, and when by the downloader's clock. */
  lastOrder = -1;
  lastClockMs = 0;

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
  readonly #line = new Line();
  readonly #throughput = new Throughput(FAST_SPAN_MS);
  /** Bytes on their way to those who are not stuck; of them, to those who have not acknowledged anything yet. */
  #bytes = 0;
  #firstBytes = 0;
  #sent = 0;
  #leastRoundTripMs = Number.POSITIVE_INFINITY;

  open(): Flight {
    const flight = new Flight();
    this.#flights.add(flight);
    return flight;
  }

  close(flight: Flight): void {
    this.#flights.delete(flight);
    if (!flight.isStuck) this.#count(flight, -flight.bytes);
  }

  /** Whether bytes arrive as fast as a busy processor lets them, rather than a line. */
  isFast(nowMs: number): boolean {
    return this.#throughput.lately(nowMs) >= FAST_BYTES_PER_MS;
  }

  /** Bytes of the queue. */
  queueBytes(nowMs: number): number {
    const bytesPerMs = this.#throughput.lately(nowMs);
    if (bytesPerMs >= FAST_BYTES_PER_MS) return Math.min(MAX_FLIGHT_BYTES, bytesPerMs * FAST_QUEUE_MS);
    return Math.min(MAX_FLIGHT_BYTES, Math.max(MIN_FLIGHT_BYTES, this.#line.bytesPerMs * UPLOAD_QUEUE_MS));
  }

  /** How long it takes until one block more may leave, for whomever, as far as the line is concerned. */
  waitMs(nowMs: number): number {
    if (this.isFast(nowMs)) return 0;
    return Math.max(0, this.#line.queueMs(nowMs) - UPLOAD_QUEUE_MS);
  }

  /** Whether one may leave for this downloader. */
  hasRoom(flight: Flight, nowMs: number): boolean {
    if (this.#isUrged(flight, nowMs)) return true;
    if (this.waitMs(nowMs) > 0) return false;
    if (flight.bytes >= flight.window.bytes) {
      flight.window.fill();
      return false;
    }
    if (flight.isStuck || this.#mayFly(flight)) return true;
    this.#findStuck(nowMs);
    return this.#mayFly(flight);
  }

  depart(flight: Flight, bytes: number, nowMs: number): Flying {
    const waits = flight.bytes > 0;
    if (!waits) flight.heardMs = nowMs;
    flight.bytes += bytes;
    if (!flight.isStuck) this.#count(flight, bytes);
    return { bytes, sentAtMs: nowMs, order: this.#sent++, leavesMs: this.#line.join(bytes, nowMs), waits };
  }

  /** These blocks have arrived, in this order. */
  arrive(flight: Flight, blocks: readonly Flying[], { nowMs, clockMs }: Arrival): void {
    const [first, last] = [blocks[0], blocks.at(-1)];
    if (first === undefined || last === undefined) return;
    const bytes = blocks.reduce((sum, block) => sum + block.bytes, 0);
    this.#land(flight, bytes);
    this.#throughput.arrive(bytes, nowMs);
    flight.heardMs = nowMs;
    flight.roundTripMs = Math.min(flight.roundTripMs, nowMs - last.sentAtMs);
    const areTogether = first.order === flight.lastOrder + 1 && last.order - first.order === blocks.length - 1;
    if (areTogether && first.waits) this.#line.follow(bytes, clockMs - flight.lastClockMs);
    this.#line.acknowledge(bytes, nowMs);
    flight.lastOrder = last.order;
    flight.lastClockMs = clockMs;
    const delayMs = clockMs - last.sentAtMs;
    const tookMs = nowMs - last.sentAtMs;
    const leavesMs = last.leavesMs();
    this.#leastRoundTripMs = Math.min(this.#leastRoundTripMs, tookMs);
    // No longer than this, whatever the model has it: whoever is nearest knows best.
    const mostMs = tookMs - this.#leastRoundTripMs;
    const waitedMs = flight.isProven ? delayMs - flight.leastDelayMs : leavesMs;
    this.#line.correct(Math.min(waitedMs, mostMs) - leavesMs, { part: bytes / (bytes + this.#bytes), nowMs });
    // What it has waited, by the model, is no part of the way.
    flight.leastDelayMs = Math.min(flight.leastDelayMs, flight.isProven ? delayMs : delayMs - leavesMs);
    flight.window.arrive(bytes, delayMs - flight.leastDelayMs);
  }

  /** Bytes that will not be acknowledged any more: the file was closed. */
  forget(flight: Flight, bytes: number): void {
    flight.bytes -= bytes;
    if (!flight.isStuck) this.#count(flight, -bytes);
  }

  /**
   * Where bytes arrive fast, choices a little earlier cost nothing, and what holds blocks up is more often a busy
   * processor, here or there, than the line: neither the model nor a window is to keep it from having more to do.
   */
  #isUrged(flight: Flight, nowMs: number): boolean {
    const bytesPerMs = this.#throughput.lately(nowMs);
    if (bytesPerMs < FAST_BYTES_PER_MS || !flight.isProven || flight.isStuck) return false;
    const most = bytesPerMs * FAST_QUEUE_MS;
    return flight.bytes < Math.min(most, MAX_CREDIT_BYTES) && this.#bytes < Math.min(most, MAX_FLIGHT_BYTES);
  }

  #mayFly(flight: Flight): boolean {
    const rate = this.#line.bytesPerMs;
    const most = rate === 0 ? START_FLIGHT_BYTES : Math.max(START_FLIGHT_BYTES, rate * UNHEARD_MS);
    if (this.#bytes >= Math.min(most, MAX_FLIGHT_BYTES)) return false;
    return flight.isProven || rate === 0 || this.#firstBytes < most * FIRST_FLIGHTS_PART;
  }

  /** Bytes more on their way to somebody who is not stuck. */
  #count(flight: Flight, bytes: number): void {
    this.#bytes += bytes;
    if (!flight.isProven) this.#firstBytes += bytes;
  }

  #land(flight: Flight, bytes: number): void {
    if (flight.isStuck) this.#count(flight, flight.bytes);
    flight.isStuck = false;
    flight.bytes -= bytes;
    this.#count(flight, -bytes);
    // It is proven from now on.
    if (!flight.isProven) this.#firstBytes -= flight.bytes;
  }

  #findStuck(nowMs: number): void {
    for (const flight of this.#flights) {
      if (flight.isStuck || flight.bytes === 0) continue;
      if (nowMs - flight.heardMs < flight.patienceMs) continue;
      this.#count(flight, -flight.bytes);
      flight.isStuck = true;
    }
  }
}
