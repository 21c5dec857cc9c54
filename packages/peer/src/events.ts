/** Hands every event of a peer to everybody who listens. What happens before anybody does is kept for the first one. */
import type { PeerEvent } from './api.js';

export class PeerEvents {
  readonly #listeners = new Set<(event: PeerEvent) => void>();
  /** Undefined as soon as somebody has listened. */
  #held: PeerEvent[] | undefined = [];

  emit(event: PeerEvent): void {
    this.#held?.push(event);
    for (const listener of this.#listeners) listener(event);
  }

  /** The returned function ends it. */
  listen(listener: (event: PeerEvent) => void): () => void {
    this.#listeners.add(listener);
    const held = this.#held;
    this.#held = undefined;
    for (const event of held ?? []) listener(event);
    return () => this.#listeners.delete(listener);
  }
}
