/** One direction of a connection that a forwarder carries: bytes in order, held back or slowed as a test wants. */
import type { Socket } from 'node:net';

/** `there`: from whoever dialled to the target; `back`: the other way. */
export type Direction = 'there' | 'back';

export interface Pace {
  readonly delayMs?: number;
  readonly bytesPerSecond?: number;
}

interface Waiting {
  readonly chunk: Uint8Array;
  /** By `performance.now()`. */
  readonly dueMs: number;
}

/** More than this on the way, and the sender has to wait, as with any wire. */
const MAX_WAITING_BYTES = 256 * 1024;

export class Lane {
  readonly direction: Direction;
  pace: Pace = {};
  readonly #from: Socket;
  readonly #to: Socket;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #isHeld = false;
  #freeAtMs = 0;

  constructor(direction: Direction, from: Socket, to: Socket) {
    this.direction = direction;
    this.#from = from;
    this.#to = to;
    // Not pipe(): it would set a socket flowing again that hold() has paused.
    from.on('data', (chunk) => this.#take(chunk));
    from.once('close', () => {
      if (this.#waiting.length === 0) to.destroySoon();
    });
    to.once('close', () => {
      clearTimeout(this.#timer);
      this.#waiting = [];
    });
  }

  /** Nothing passes from now on, not even what is on the way. */
  hold(): void {
    this.#isHeld = true;
    clearTimeout(this.#timer);
    this.#from.pause();
  }

  release(): void {
    this.#isHeld = false;
    this.#from.resume();
    this.#schedule();
  }

  #take(chunk: Buffer): void {
    const nowMs = performance.now();
    const { delayMs = 0, bytesPerSecond } = this.pace;
    if (bytesPerSecond !== undefined) {
      this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + (chunk.length * 1000) / bytesPerSecond;
    }
    const dueMs = (bytesPerSecond === undefined ? nowMs : this.#freeAtMs) + delayMs;
    if (dueMs <= nowMs && this.#waiting.length === 0 && !this.#isHeld) {
      this.#to.write(chunk);
      return;
    }
    this.#waiting.push({ chunk, dueMs });
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.#from.pause();
    if (this.#waiting.length === 1) this.#schedule();
  }

  #schedule(): void {
    const [next] = this.#waiting;
    if (next === undefined || this.#isHeld) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#pass(), Math.max(0, next.dueMs - performance.now()));
  }

  #pass(): void {
    const nowMs = performance.now();
    while (this.#waiting[0] !== undefined && this.#waiting[0].dueMs <= nowMs) {
      const { chunk } = this.#waiting.shift() as Waiting;
      this.#waitingBytes -= chunk.length;
      this.#to.write(chunk);
    }
    if (this.#waiting.length > 0) return this.#schedule();
    if (this.#from.destroyed) this.#to.destroySoon();
    else if (!this.#isHeld) this.#from.resume();
  }
}
