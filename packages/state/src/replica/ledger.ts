/**
 * All that one tracker holds: its operations by origin (to know what others lack), in the one order (to know what
 * they come to), and the clock that places the next one behind them.
 */
import type { IncarnationId, Operation, RequestId, Vector } from '@p2p/protocol';
import type { Sha256 } from '../digest.js';
import { HybridClock } from '../order.js';
import { Timeline } from '../timeline.js';
import { OperationLog } from './operation-log.js';

/** Where the next operation of this tracker goes. */
export type Place = Pick<Operation, 'stamp' | 'seq'>;

export class Ledger {
  readonly #incarnation: IncarnationId;
  readonly #clock = new HybridClock();
  readonly #log = new OperationLog();
  readonly timeline: Timeline;

  constructor(incarnation: IncarnationId, sha256: Sha256) {
    this.#incarnation = incarnation;
    this.timeline = new Timeline(sha256);
  }

  /** Highest seq held per incarnation. */
  get have(): Vector {
    return this.#log.vector();
  }

  lackedBy(vector: Vector): Generator<Operation[]> {
    return this.#log.lackedBy(vector);
  }

  nextPlace(now: number): Place {
    return { stamp: this.#clock.next(now, this.#incarnation), seq: this.#log.highest(this.#incarnation) + 1 };
  }

  /** Appends an operation of this tracker, made for the place that {@link nextPlace} gave last. */
  append(operation: Operation): void {
    this.#log.append(operation);
    this.timeline.insert([operation]);
  }

  /** A tracker's own operation, which nobody asked for or which repeats what somebody did ask for. */
  appendOwn(what: Pick<Operation, 'requestId' | 'mode' | 'actor' | 'body'>, now: number): Operation {
    const operation: Operation = { ...this.nextPlace(now), ...what };
    this.append(operation);
    return operation;
  }

  /**
   * Takes operations of others. Known ones are skipped; `gap` where one is missing in between, and then nothing is
   * taken. `fresh` is what was new.
   */
  receive(operations: readonly Operation[]): { readonly gap: boolean; readonly fresh: Operation[] } {
    const highest = new Map<IncarnationId, number>();
    const fresh: Operation[] = [];
    for (const operation of operations) {
      const { incarnation } = operation.stamp;
      const last = highest.get(incarnation) ?? this.#log.highest(incarnation);
      if (operation.seq <= last) continue;
      if (operation.seq > last + 1) return { gap: true, fresh: [] };
      highest.set(incarnation, operation.seq);
      fresh.push(operation);
    }
    for (const operation of fresh) {
      this.#clock.observe(operation.stamp);
      this.#log.append(operation);
    }
    this.timeline.insert(fresh);
    return { gap: false, fresh };
  }
}

/** The request that a tracker's own greeting carries out: of no device, since no hash is all zeros. */
export function helloRequestId(incarnation: IncarnationId): RequestId {
  return `${'0'.repeat(64)}.${Number.parseInt(incarnation.slice(-12), 16)}` as RequestId;
}
