/**
 * Changes of an offer that are told together: what is said of a piece later takes the place of what was said before.
 * Pure arithmetic on runs, each list in order and its runs apart.
 */
import { MAX_RUNS_PER_OFFER } from '@p2p/protocol';
import type { Run } from '@p2p/swarm';

export interface OfferChange {
  readonly add: readonly Run[];
  readonly spare: readonly Run[];
  readonly remove: readonly Run[];
}

const nothing: OfferChange = { add: [], spare: [], remove: [] };

export class OfferBatch {
  #change = nothing;

  put(change: OfferChange): void {
    if (this.#change === nothing) {
      this.#change = change;
      return;
    }
    const { add, spare, remove } = this.#change;
    this.#change = {
      add: union(without(without(add, change.spare), change.remove), change.add),
      spare: union(without(without(spare, change.add), change.remove), change.spare),
      remove: union(without(without(remove, change.add), change.spare), change.remove),
    };
  }

  /** Everything that was put here since the last call, in changes that are short enough for a message. */
  *take(): Generator<Partial<OfferChange>, void, void> {
    const { add, spare, remove } = this.#change;
    this.#change = nothing;
    const longest = Math.max(add.length, spare.length, remove.length);
    for (let at = 0; at < longest; at += MAX_RUNS_PER_OFFER) {
      const part = (runs: readonly Run[]) => runs.slice(at, at + MAX_RUNS_PER_OFFER);
      yield filled({ add: part(add), spare: part(spare), remove: part(remove) });
    }
  }
}

/** Without the lists that are empty. */
function filled({ add, spare, remove }: OfferChange): Partial<OfferChange> {
  return {
    ...(add.length > 0 ? { add } : {}),
    ...(spare.length > 0 ? { spare } : {}),
    ...(remove.length > 0 ? { remove } : {}),
  };
}

/** What is in `runs` and not in `cut`. */
function without(runs: readonly Run[], cut: readonly Run[]): readonly Run[] {
  if (runs.length === 0 || cut.length === 0) return runs;
  const left: Run[] = [];
  let next = 0;
  for (const [first, end] of runs) {
    let from = first;
    while (next < cut.length && (cut[next] as Run)[1] <= from) next++;
    for (let at = next; at < cut.length && (cut[at] as Run)[0] < end; at++) {
      const [cutFirst, cutEnd] = cut[at] as Run;
      if (cutFirst > from) left.push([from, cutFirst]);
      from = Math.max(from, cutEnd);
    }
    if (from < end) left.push([from, end]);
  }
  return left;
}

/** What is in one of them at least. */
function union(some: readonly Run[], others: readonly Run[]): readonly Run[] {
  if (some.length === 0) return others;
  if (others.length === 0) return some;
  const joined: [number, number][] = [];
  for (const [first, end] of [...some, ...others].sort(([a], [b]) => a - b)) {
    const last = joined.at(-1);
    if (last !== undefined && first <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([first, end]);
  }
  return joined;
}
