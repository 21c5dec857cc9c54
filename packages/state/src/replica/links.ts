/** The connections to other trackers: how far each has got, and who is at the other end. */
import type { IncarnationId, Operation, SyncInit, Vector } from '@p2p/protocol';
import type { LinkId } from './interface.js';

export interface Link {
  readonly id: LinkId;
  /** Whether this side dialled. */
  readonly dialled: boolean;
  /** Set by the other side's INIT. */
  peer: { readonly slot: number; readonly incarnation: IncarnationId } | undefined;
  /** What the other side has said that it holds, by a VEC or by sending it: its acknowledgement. */
  readonly acknowledged: Record<IncarnationId, number>;
  /** What the other side has or has been sent: nothing is sent twice. */
  readonly known: Record<IncarnationId, number>;
  /** Both sides have told each other all that they had. */
  caughtUp: boolean;
}

export class Links {
  readonly #links = new Map<LinkId, Link>();

  open(id: LinkId, dialled: boolean): Link {
    const link: Link = { id, dialled, peer: undefined, acknowledged: {}, known: {}, caughtUp: false };
    this.#links.set(id, link);
    return link;
  }

  get(id: LinkId): Link | undefined {
    return this.#links.get(id);
  }

  remove(id: LinkId): void {
    this.#links.delete(id);
  }

  /** Links on which INITs have been exchanged. */
  get introduced(): Link[] {
    return [...this.#links.values()].filter(({ peer }) => peer !== undefined);
  }

  /** Links that carry everything: the other tracker counts for what is replicated. */
  get caughtUp(): Link[] {
    return [...this.#links.values()].filter(({ caughtUp }) => caughtUp);
  }

  /** Another link to the slot whose INIT has just come on `link`. */
  rivalOf(link: Link, init: SyncInit): Link | undefined {
    return this.introduced.find(({ id, peer }) => id !== link.id && peer?.slot === init.slot);
  }
}

/**
 * Which of two links to the same incarnation stays: the one that the lower slot dialled, so that both sides choose
 * alike. A new incarnation's link always replaces the former one's, which leads to a process that is gone.
 */
export function staysAgainst(link: Link, rival: Link, own: { slot: number; init: SyncInit }): boolean {
  if (rival.peer?.incarnation !== own.init.incarnation) return true;
  const lowerDials = own.slot < own.init.slot;
  return link.dialled === lowerDials || link.dialled === rival.dialled;
}

/** The operations of a batch that the other side of `link` lacks; from now on it is known to have them. */
export function takeUnknown(link: Link, operations: readonly Operation[]): Operation[] {
  return operations.filter(({ stamp: { incarnation }, seq }) => {
    if ((link.known[incarnation] ?? 0) >= seq) return false;
    link.known[incarnation] = seq;
    return true;
  });
}

/** Highest seq per incarnation among these operations. */
export function vectorOf(operations: readonly Operation[]): Vector {
  const vector: Record<IncarnationId, number> = {};
  for (const { stamp, seq } of operations) raise(vector, { [stamp.incarnation]: seq });
  return vector;
}

/** Raises `vector` to at least `other` in place. */
export function raise(vector: Record<IncarnationId, number>, other: Vector): void {
  for (const incarnation of Object.keys(other) as IncarnationId[]) {
    vector[incarnation] = Math.max(vector[incarnation] ?? 0, other[incarnation] ?? 0);
  }
}
