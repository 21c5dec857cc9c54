/**
 * A host's way to the network and back. What is sent waits in one queue that is served at the rate of the uplink, so
 * what has been handed over can't be taken back or overtaken; what comes waits likewise for the downlink.
 */

export interface Line {
  /** Bytes per second. */
  readonly upload: number;
  readonly download: number;
  /** Its part of the way to anybody, ms. */
  readonly distanceMs: number;
}

export class Host {
  readonly name: string;
  readonly distanceMs: number;
  readonly #upPerMs: number;
  readonly #downPerMs: number;
  #upFreeAtMs = 0;
  #downFreeAtMs = 0;
  #sendingMs = 0;
  isGone = false;

  constructor(name: string, { upload, download, distanceMs }: Line) {
    this.name = name;
    this.distanceMs = distanceMs;
    this.#upPerMs = upload / 1_000;
    this.#downPerMs = download / 1_000;
  }

  /** How long it has been sending up to now, ms. */
  sendingMs(nowMs: number): number {
    return this.#sendingMs - Math.max(0, this.#upFreeAtMs - nowMs);
  }

  /** What waits to be sent, ms. */
  queuedMs(nowMs: number): number {
    return Math.max(0, this.#upFreeAtMs - nowMs);
  }

  /** Bytes join the queue of the uplink; returns when the last of them leaves. */
  send(bytes: number, nowMs: number): number {
    const takesMs = bytes / this.#upPerMs;
    this.#sendingMs += takesMs;
    this.#upFreeAtMs = Math.max(nowMs, this.#upFreeAtMs) + takesMs;
    return this.#upFreeAtMs;
  }

  /** The last of some bytes has come, the first came `spreadMs` before; returns when all are through the downlink. */
  receive(bytes: number, spreadMs: number, nowMs: number): number {
    const begins = Math.max(this.#downFreeAtMs, nowMs - spreadMs);
    this.#downFreeAtMs = Math.max(nowMs, begins + bytes / this.#downPerMs);
    return this.#downFreeAtMs;
  }

  /** How long bytes are on the uplink, ms. */
  spreadMs(bytes: number): number {
    return bytes / this.#upPerMs;
  }
}
