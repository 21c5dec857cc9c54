/** Hands every event of a peer to everybody who listens. */
import type { PeerEvent } from './api.js';

export class PeerEvents {
  readonly #listeners = new Set<(event: PeerEvent) => void>();

  emit(event: PeerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** The returned function ends it. */
  listen(listener: (event: PeerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
