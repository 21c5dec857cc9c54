/** The requests that wait for an answer, numbered, in the order in which they were asked. */
import type { MutationInput, QueryInput, TrackerMessage } from '@p2p/protocol';

export interface PendingRequest {
  readonly request: MutationInput | QueryInput;
  /** By the session's clock. */
  readonly askedAt: number;
  readonly answer: (message: TrackerMessage) => void;
  readonly giveUp: (code: 'no_tracker' | 'identity_changed') => void;
}

export class PendingRequests {
  readonly #byId = new Map<number, PendingRequest>();
  #lastId = 0;

  /** A number that no waiting request has. 0 is the hello's. */
  nextId(): number {
    this.#lastId = this.#lastId === 0xffff_ffff ? 1 : this.#lastId + 1;
    return this.#lastId;
  }

  add(pending: PendingRequest): void {
    this.#byId.set(pending.request.id, pending);
  }

  /** The request with this number, which is no longer pending then. */
  take(id: number): PendingRequest | undefined {
    const pending = this.#byId.get(id);
    this.#byId.delete(id);
    return pending;
  }

  all(): readonly PendingRequest[] {
    return [...this.#byId.values()];
  }

  /** Gives up what was asked at `askedUntil` or before. */
  giveUp(askedUntil: number, code: 'no_tracker' | 'identity_changed'): void {
    for (const pending of this.all()) {
      if (pending.askedAt > askedUntil) continue;
      this.#byId.delete(pending.request.id);
      pending.giveUp(code);
    }
  }
}
