/**
 * What every tracker is known to have on its disk, and which operations are final by that: those that no tracker can
 * lack any more, with everything ordered before them. An acknowledgement counts only where it holds the greeting of
 * every current incarnation: whoever acknowledges has closed the links of the former ones, so that nothing of theirs can
 * come in underneath. And nothing is final while somebody is to begin anew who hasn't greeted: what he makes will sort
 * behind all that his giver held, but not behind what his former incarnation had acknowledged to others.
 */
import { type IncarnationId, type Operation, slotOf, type Vector } from '@p2p/protocol';
import type { ReplicaOptions } from './interface.js';
import type { Ledger } from './ledger.js';
import { covers, type GrowingVector, raise, seqIn } from './vectors.js';

interface Known {
  /** Merged from all that was heard, whoever passed it on. */
  readonly vector: GrowingVector;
  /** Rises with every change. */
  version: number;
  /** The latest vector of which this tracker itself has everything. */
  counting: Vector;
}

export class Finality {
  readonly #options: ReplicaOptions;
  readonly #ledger: Ledger;
  readonly #own: IncarnationId;
  readonly #known = new Map<IncarnationId, Known>();
  #ownVersion = 1;

  constructor(options: ReplicaOptions, ledger: Ledger, own: IncarnationId) {
    this.#options = options;
    this.#ledger = ledger;
    this.#own = own;
  }

  /** What an incarnation is known to have flushed. */
  flushedBy(incarnation: IncarnationId): Vector {
    return incarnation === this.#own ? this.#ledger.flushed : (this.#known.get(incarnation)?.vector ?? {});
  }

  /** Rises whenever {@link flushedBy} of this incarnation changes; 0 before anything is known. */
  versionOf(incarnation: IncarnationId): number {
    return incarnation === this.#own ? this.#ownVersion : (this.#known.get(incarnation)?.version ?? 0);
  }

  /** This tracker has flushed more. */
  ownHasGrown(): void {
    this.#ownVersion += 1;
  }

  /** Takes what an incarnation has said, or is said to have said. */
  hear(incarnation: IncarnationId, flushed: Vector): void {
    if (incarnation === this.#own) return;
    const known = this.#known.get(incarnation) ?? { vector: {}, version: 0, counting: {} };
    this.#known.set(incarnation, known);
    if (covers(known.vector, flushed)) return;
    raise(known.vector, flushed);
    known.version += 1;
  }

  /** Incarnations that are waited for, as far as known. */
  get incarnations(): IncarnationId[] {
    const { slots } = this.#ledger.timeline.state;
    return this.#options.slots.flatMap((slot) => slots.get(slot)?.incarnations ?? []);
  }

  /**
   * Whether this tracker holds a greeting of every slot, whoever has it now: it is part of the one history. From the
   * moment on at which it has received them, not only flushed: what somebody outside of that history says from then on
   * comes behind them in its journal, and others may count its acknowledgement of them without that.
   */
  get joined(): boolean {
    const { have, timeline } = this.#ledger;
    const greeted = new Set((Object.keys(have) as IncarnationId[]).map(slotOf));
    return this.#options.slots.every((slot) => {
      const row = timeline.state.slots.get(slot);
      return greeted.has(slot) || (row?.retired === true && covers(have, row.since));
    });
  }

  /** Whether an operation is on the disk of every tracker, as far as their acknowledgements count. */
  held(): ((operation: Operation) => boolean) | undefined {
    const { state } = this.#ledger.timeline;
    // Operations that wait to be put in their places may greet, and may be earlier.
    if (this.#ledger.hasBacklog) return undefined;
    const vectors: Vector[] = [];
    for (const slot of this.#options.slots) {
      const row = state.slots.get(slot);
      if (row === undefined || row.vacancies.length > 0) return undefined;
      if (row.incarnations.length === 0 && !row.retired) return undefined;
      vectors.push(...row.incarnations.map((incarnation) => this.#countingOf(incarnation)));
    }
    const since = this.#options.slots.map((slot) => state.slots.get(slot)?.since ?? {});
    if (!vectors.every((vector) => since.every((wanted) => covers(vector, wanted)))) return undefined;
    return ({ stamp, seq }) => vectors.every((vector) => seqIn(vector, stamp.incarnation) >= seq);
  }

  #countingOf(incarnation: IncarnationId): Vector {
    if (incarnation === this.#own) return this.#ledger.flushed;
    const known = this.#known.get(incarnation);
    if (known === undefined) return {};
    if (covers(this.#ledger.have, known.vector)) known.counting = { ...known.vector };
    return known.counting;
  }
}
