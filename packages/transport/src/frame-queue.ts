/** One direction of a memory connection: frames on their way, counted as the sender's until the receiver takes them. */
import { DrainGate } from './drain-gate.js';

export class FrameQueue {
  readonly #gate = new DrainGate();
  #frames: Uint8Array[] = [];
  #bytes = 0;
  #ended = false;
  /** Called on everything the receiver may have to look at. */
  onChange: () => void = () => undefined;

  get bytes(): number {
    return this.#bytes;
  }

  /** The sender has gone, and everything it sent was taken. */
  get exhausted(): boolean {
    return this.#ended && this.#frames.length === 0;
  }

  push(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
    this.onChange();
  }

  take(): Uint8Array | undefined {
    const frame = this.#frames.shift();
    this.#bytes -= frame?.length ?? 0;
    this.#gate.update(this.#bytes);
    return frame;
  }

  end(): void {
    this.#ended = true;
    this.onChange();
  }

  /** Drops what is on its way. */
  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
    this.#gate.update(0);
  }

  drained(): Promise<void> {
    return this.#gate.wait(this.#bytes);
  }
}
