/** Keeps trying to reach one other tracker for as long as it isn't linked. */
import { MAX_SYNC_FRAME_BYTES, type TrackerEntry } from '@p2p/protocol';
import { type Connection, type DialFailure, retryDelayMs } from '@p2p/transport';
import type { ClusterKeys } from '../cluster-keys/cluster-keys.js';
import { dialTracker } from '../cluster-keys/dial-tracker.js';

export interface DiallerOptions {
  readonly entry: TrackerEntry;
  readonly keys: ClusterKeys;
  connected(connection: Connection): void;
  failed(failure: DialFailure): void;
}

export class Dialler {
  readonly #options: DiallerOptions;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #attempt = 0;
  #linked = false;
  #dialling = false;

  constructor(options: DiallerOptions) {
    this.#options = options;
  }

  /** Dials at once, unless the tracker is linked or being dialled. Never rejects. */
  async dial(): Promise<void> {
    if (this.#linked || this.#dialling || this.#stopping.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#dialling = true;
    const { entry, keys } = this.#options;
    const { signal } = this.#stopping;
    const dialled = await dialTracker(keys, entry, { maxFrameBytes: MAX_SYNC_FRAME_BYTES, signal });
    this.#dialling = false;
    if (dialled.ok) return this.#options.connected(dialled.connection);
    if (dialled.reason === 'aborted') return;
    this.#options.failed(dialled);
    this.dialLater();
  }

  /** Dials after a while that grows with every attempt in vain. */
  dialLater(): void {
    if (this.#linked || this.#stopping.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.dial(), retryDelayMs(this.#attempt, Math.random()));
    this.#attempt += 1;
  }

  /** The tracker is linked, whoever dialled: nothing to do until it is lost. */
  linked(): void {
    this.#linked = true;
    this.#attempt = 0;
    clearTimeout(this.#timer);
  }

  lost(): void {
    this.#linked = false;
    this.dialLater();
  }

  stop(): void {
    this.#stopping.abort();
    clearTimeout(this.#timer);
  }
}
