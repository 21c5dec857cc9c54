/**
 * How much may be on its way, held so that what waits in the queue of the line takes a given time to leave. After LEDBAT
 * (RFC 6817): where the queue is shorter the window grows, where it is longer it shrinks, by up to a quarter for every
 * window that arrives; at the start it doubles until there is a queue at all.
 */
import { MAX_FLIGHT_BYTES, MIN_FLIGHT_BYTES } from '@p2p/protocol';

const GAIN = 0.25;

export class FlightWindow {
  readonly #targetMs: number;
  #bytes: number;
  #isStarting = true;
  /** Whether all that may be on its way was so since the last acknowledgement: else a larger window is of no use. */
  #wasFull = false;

  constructor(targetMs: number, bytes: number) {
    this.#targetMs = targetMs;
    this.#bytes = bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  fill(): void {
    this.#wasFull = true;
  }

  /** So many bytes have arrived, the last of them after so long in the queue. */
  arrive(bytes: number, queueMs: number): void {
    const shortness = Math.max(-1, (this.#targetMs - queueMs) / this.#targetMs);
    if (this.#isStarting && shortness < 0.5) this.#isStarting = false;
    const isOfUse = shortness < 0 || this.#wasFull;
    this.#wasFull = false;
    if (!isOfUse) return;
    const change = this.#isStarting ? bytes : GAIN * shortness * bytes;
    this.#bytes = Math.min(MAX_FLIGHT_BYTES, Math.max(MIN_FLIGHT_BYTES, this.#bytes + change));
  }
}
