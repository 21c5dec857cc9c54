/** Every operation by who made it and in which turn: what a tracker has, and what another one lacks of it. */
import { type IncarnationId, type Operation, pack, SYNC_BATCH_BYTES, type Vector } from '@p2p/protocol';

export class OperationLog {
  readonly #operations = new Map<IncarnationId, Operation[]>();

  /** Highest seq of an incarnation, 0 where there is none. Seqs have no gaps. */
  highest(incarnation: IncarnationId): number {
    return this.#operations.get(incarnation)?.length ?? 0;
  }

  /** Highest seq per incarnation. */
  vector(): Vector {
    return Object.fromEntries([...this.#operations].map(([incarnation, own]) => [incarnation, own.length]));
  }

  /** Appends the incarnation's next operation. Its seq must be the one after {@link highest}. */
  append(operation: Operation): void {
    const { incarnation } = operation.stamp;
    if (operation.seq !== this.highest(incarnation) + 1) {
      throw new Error(`operation ${incarnation}/${operation.seq} does not follow ${this.highest(incarnation)}`);
    }
    const own = this.#operations.get(incarnation);
    if (own === undefined) this.#operations.set(incarnation, [operation]);
    else own.push(operation);
  }

  /** What somebody who has `vector` lacks, in batches of about a frame's size, each incarnation's in turn. */
  *lackedBy(vector: Vector): Generator<Operation[]> {
    let batch: Operation[] = [];
    let bytes = 0;
    for (const [incarnation, own] of this.#operations) {
      for (let at = vector[incarnation] ?? 0; at < own.length; at++) {
        const operation = own[at] as Operation;
        batch.push(operation);
        bytes += pack(operation).length;
        if (bytes < SYNC_BATCH_BYTES) continue;
        yield batch;
        batch = [];
        bytes = 0;
      }
    }
    if (batch.length > 0) yield batch;
  }
}

/** Whether somebody who has `vector` has all of `wanted`. */
export function covers(vector: Vector, wanted: Vector): boolean {
  for (const incarnation of Object.keys(wanted) as IncarnationId[]) {
    if ((vector[incarnation] ?? 0) < (wanted[incarnation] ?? 0)) return false;
  }
  return true;
}
