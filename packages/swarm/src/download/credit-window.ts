/**
 * How much a peer may send ahead of what has come: enough for a second of what it sends, so that neither a long way nor
 * a busy receiver makes it wait, and no more, so that what is under way stays small. It doubles as long as a whole
 * window comes within that second.
 */
import { CREDIT_MS, MAX_CREDIT_BYTES, MIN_CREDIT_BYTES } from '@p2p/protocol';

export class CreditWindow {
  readonly #least: number;
  readonly #most: number;
  #bytes: number;
  /** What has come since the window was sized last, and when that was. */
  #countedBytes = 0;
  #countedSinceMs: number;

  /** One piece must fit while another one is on its way. */
  constructor(pieceLength: number, nowMs: number) {
    this.#least = Math.max(MIN_CREDIT_BYTES, 2 * pieceLength);
    this.#most = Math.max(MAX_CREDIT_BYTES, 2 * pieceLength);
    this.#bytes = this.#least;
    this.#countedSinceMs = nowMs;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(bytes: number, nowMs: number): void {
    this.#countedBytes += bytes;
    const elapsedMs = nowMs - this.#countedSinceMs;
    if (this.#countedBytes >= this.#bytes && elapsedMs < CREDIT_MS) this.#resize(2 * this.#bytes, nowMs);
    else if (elapsedMs >= CREDIT_MS) {
      this.#resize((this.#countedBytes / elapsedMs) * CREDIT_MS, nowMs);
    }
  }

  #resize(wanted: number, nowMs: number): void {
    this.#bytes = Math.round(Math.min(this.#most, Math.max(this.#least, wanted)));
    this.#countedBytes = 0;
    this.#countedSinceMs = nowMs;
  }
}
