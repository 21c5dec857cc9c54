/** Starts a connection and keeps what it hears, for tests to await. */
import type { CloseReason, Connection } from '../src/connection.js';

export class Recorder {
  readonly frames: Uint8Array[] = [];
  readonly reasons: CloseReason[] = [];
  /** What else is to happen on each frame, while the handler runs. */
  onFrame: (frame: Uint8Array, isOwn: boolean) => void = () => undefined;
  #onNews: () => void = () => undefined;

  constructor(connection: Connection) {
    connection.start({
      frame: (frame, isOwn) => {
        this.frames.push(frame.slice());
        this.onFrame(frame, isOwn);
        this.#onNews();
      },
      closed: (reason) => {
        this.reasons.push(reason);
        this.#onNews();
      },
    });
  }

  get texts(): string[] {
    return this.frames.map((frame) => Buffer.from(frame).toString());
  }

  /** Resolves once this many frames have come in all. */
  async received(count: number): Promise<void> {
    await this.#until(() => this.frames.length >= count);
  }

  /** Resolves with the reason once the connection is closed. */
  async closed(): Promise<CloseReason> {
    await this.#until(() => this.reasons.length > 0);
    return this.reasons[0] as CloseReason;
  }

  #until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#onNews = () => {
        if (condition()) resolve();
      };
      this.#onNews();
    });
  }
}

export function text(words: string): Uint8Array {
  return Buffer.from(words);
}

/** The event loop has gone round a few times: what was going to happen at once has happened. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
