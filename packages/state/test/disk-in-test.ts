/** What a tracker of a test's network has on its disk: a folded state as rows, and a journal. It outlives the tracker. */
import type { EncodedOperation, IncarnationId, RequestId, Vector } from '@p2p/protocol';
import { emptyMark, emptyState, type ReplicaBase, type ReplicaEffect } from '../src/index.js';
import { decodeRows, encodeRows, type RowChange, StateLoader, tablesToWrite } from '../src/rows.js';

type Folded = Pick<Extract<ReplicaEffect, { kind: 'fold' }>, 'rows' | 'mark'>;

export class Disk {
  #incarnation: IncarnationId;
  /** In order; the first is what this incarnation began with. */
  #folds: Folded[];
  #journal: EncodedOperation[];
  readonly #have: Record<IncarnationId, number> = {};

  private constructor({ incarnation, state, mark, tail }: ReplicaBase) {
    this.#incarnation = incarnation;
    this.#folds = [{ rows: allRowsOf(state), mark }];
    this.#journal = [];
    Object.assign(this.#have, mark.vector);
    this.append(tail);
  }

  /** An empty one, for an incarnation that has never been. */
  static empty(incarnation: IncarnationId): Disk {
    return Disk.of({ incarnation, state: emptyState(), mark: emptyMark, tail: [] });
  }

  static of(base: ReplicaBase): Disk {
    return new Disk(base);
  }

  get incarnation(): IncarnationId {
    return this.#incarnation;
  }

  /** All operations in it, folded or not, in the order in which they came; those that it began with as rows are not. */
  get operations(): readonly EncodedOperation[] {
    return this.#journal;
  }

  /** Rows folded onto what this incarnation began with. */
  get folds(): readonly Folded[] {
    return this.#folds;
  }

  /** Highest seq in it per incarnation. */
  get have(): Vector {
    return this.#have;
  }

  /** Whether it has every operation of a request that another disk has, and all that the other began with as rows. */
  holdsAllOf(requestId: RequestId, other: Disk): boolean {
    const operations = other.#journal.map(({ operation }) => operation);
    const seqs = operations.flatMap(({ requestId: id, stamp: { incarnation }, seq }): [string, number][] =>
      id === requestId ? [[incarnation, seq]] : [],
    );
    const rows = Object.entries(other.#folds[0]?.mark.vector ?? {});
    return [...seqs, ...rows].every(([incarnation, seq]) => seq <= (this.#have[incarnation as IncarnationId] ?? 0));
  }

  append(operations: readonly EncodedOperation[]): void {
    for (const encoded of operations) {
      this.#journal.push(encoded);
      this.#have[encoded.operation.stamp.incarnation] = encoded.operation.seq;
    }
  }

  fold(folded: Folded): void {
    this.#folds.push(folded);
  }

  /** A copy of it as it is now. */
  backup(): Disk {
    const copy = Disk.empty(this.#incarnation);
    copy.#folds = [...this.#folds];
    copy.#journal = [...this.#journal];
    Object.assign(copy.#have, this.#have);
    return copy;
  }

  /**
   * What a tracker starts from. Of what was folded only the first `folds` may have reached the disk: the journal has
   * the rest.
   */
  load(folds: number = this.#folds.length): ReplicaBase {
    const loader = new StateLoader();
    const kept = this.#folds.slice(0, Math.max(1, folds));
    for (const { rows } of kept) loader.add(throughTheCodec(rows));
    const mark = kept.at(-1)?.mark ?? emptyMark;
    const isFolded = ({ operation: { stamp, seq } }: EncodedOperation) => seq <= (mark.vector[stamp.incarnation] ?? 0);
    const tail = this.#journal.filter((encoded) => !isFolded(encoded));
    return { incarnation: this.#incarnation, state: loader.finish(), mark, tail };
  }
}

function allRowsOf(state: ReplicaBase['state']): RowChange[] {
  return [...tablesToWrite(state)].flatMap((table) => {
    const { name, outer } = table.path;
    return [...table.entries()].map(([key, row]): RowChange => [name, outer, key, row]);
  });
}

export function throughTheCodec(rows: readonly RowChange[]): RowChange[] {
  const decoded = decodeRows(encodeRows(rows));
  if (decoded === undefined) throw new Error('rows do not survive being written down');
  return decoded;
}
