/** One file of a simulated disk: what was written, and how much of that a crash would leave. */
import type { Dice } from '../dice.js';

export class SimulatedFile {
  /** Longer than what is written, so that appending costs little. */
  #bytes = new Uint8Array(256);
  #length = 0;
  /** Bytes at the beginning that survive anything. */
  #flushed = 0;
  /** What a truncation took away that has not been flushed. */
  #takenAway: Uint8Array | undefined;
  /** Whether the directory lists it after a crash for certain. */
  isListed = false;

  get length(): number {
    return this.#length;
  }

  /** All that was written, as whoever reads the file sees it. Not a copy. */
  get content(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(2 * length);
      larger.set(this.content);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = length;
  }

  truncate(length: number): void {
    if (length >= this.#length) return;
    this.#takenAway ??= this.#bytes.slice(length, this.#length);
    this.#length = length;
    this.#flushed = Math.min(this.#flushed, length);
  }

  flush(): void {
    this.#flushed = this.#length;
    this.#takenAway = undefined;
    this.isListed = true;
  }

  /** What a crash leaves of what was not flushed: some of it, and sometimes rubbish where the rest would be. */
  crash(dice: Dice): void {
    if (this.#takenAway !== undefined && this.#length === this.#flushed && dice.chance(0.5))
      this.append(this.#takenAway);
    this.#takenAway = undefined;
    const unflushed = this.#length - this.#flushed;
    const kept = dice.chance(0.3) ? dice.pick([0, unflushed]) : dice.below(unflushed + 1);
    this.#length = this.#flushed + kept;
    if (kept > 0 && dice.chance(0.3)) {
      const rubbish = dice.between(1, Math.min(kept, 64));
      this.#bytes.set(dice.chance(0.5) ? new Uint8Array(rubbish) : dice.bytes(rubbish), this.#length - rubbish);
    }
    this.flush();
  }

  copy(): SimulatedFile {
    const twin = new SimulatedFile();
    twin.append(this.#bytes.subarray(0, this.#flushed));
    twin.flush();
    return twin;
  }
}
