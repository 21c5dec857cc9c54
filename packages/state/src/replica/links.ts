/** The connections to other trackers: how far each has got, who is at the other end, and what the shell is told of it. */
import type { IncarnationId, SyncInit, Vector } from '@p2p/protocol';
import type { Slot } from '../state.js';
import type { Refused } from './handshake.js';
import type { Checkpoint, LinkId, ReplicaEffect, ReplicatedMessage } from './interface.js';
import type { SnapshotIntake } from './snapshot-intake.js';
import type { GrowingVector } from './vectors.js';

export interface Link {
  readonly id: LinkId;
  /** Whether this side dialled. */
  readonly dialled: boolean;
  /** What this side's INIT said: the other side judges by that, and so does this one, whatever has happened since. */
  readonly own: { readonly have: Vector; readonly joined: boolean };
  /** Set by the other side's INIT. */
  peer: { readonly slot: number; readonly incarnation: IncarnationId } | undefined;
  /** Who had the other side's slot then. */
  slotAtInit: Slot | undefined;
  /** What the other side has or has been sent: nothing is sent twice. */
  readonly known: GrowingVector;
  /** Position in the arrivals up to which they have been looked at for what the other side lacks. */
  cursor: number;
  /** Nothing more is sent until there is room again. */
  busy: boolean;
  /** The other side has been sent all there was, at least once: from then on its acknowledgements are waited for. */
  level: boolean;
  /** The other side has said the same, and everything it had is here. */
  caughtUp: boolean;
  /** For each incarnation, the version of its flushed vector that the other side knows. */
  readonly told: Map<IncarnationId, number>;
  /** The number of final operations that the other side was told of last. */
  toldFinal: number;
  /** This side's folded state is on its way to the other, which will begin anew with it. */
  giving: Checkpoint | undefined;
  /** Position in the arrivals up to which they have to be flushed before the other side has everything. */
  givingUntil: number;
  /** All its rows have been sent. */
  rowsSent: boolean;
  /** All of it has been sent: nothing more is to be said on this link. */
  ended: boolean;
  /** The other side's folded state is on its way here. */
  taking: SnapshotIntake | undefined;
  /** The shell was told that this tracker is linked. */
  isSaid: boolean;
}

export class Links {
  readonly #links = new Map<LinkId, Link>();
  readonly #linked = new Set<number>();
  readonly #emit: (effect: ReplicaEffect) => void;

  constructor(emit: (effect: ReplicaEffect) => void) {
    this.#emit = emit;
  }

  open(what: Pick<Link, 'id' | 'dialled' | 'own' | 'cursor'>): Link {
    const link: Link = {
      ...what,
      peer: undefined,
      slotAtInit: undefined,
      known: {},
      busy: false,
      level: false,
      caughtUp: false,
      told: new Map(),
      toldFinal: 0,
      giving: undefined,
      givingUntil: 0,
      rowsSent: false,
      ended: false,
      taking: undefined,
      isSaid: false,
    };
    this.#links.set(link.id, link);
    return link;
  }

  get(id: LinkId): Link | undefined {
    return this.#links.get(id);
  }

  /** The connection is gone. */
  lose(link: Link): void {
    this.#links.delete(link.id);
    link.giving?.end();
    link.giving = undefined;
    this.sayUnlinked(link);
  }

  /** Nothing can come of this link any more. */
  drop(link: Link): void {
    this.#emit({ kind: 'close_link', link: link.id });
    this.lose(link);
  }

  /** The same, and both operators hear why. */
  refuse(link: Link, refusal: Refused, slot: number | undefined): void {
    this.send(link, { type: 'refuse', ...refusal });
    this.#emit({ kind: 'refused', link: link.id, by: 'us', slot, refusal });
    this.drop(link);
  }

  /** `isBulk`: the link is busy now. */
  send(link: Link, message: ReplicatedMessage, isBulk = false): void {
    this.#emit({ kind: 'send', link: link.id, message, isBulk });
  }

  /** Tells the shell when both sides have all that the other had. */
  sayLinked(link: Link): void {
    if (link.isSaid || !link.level || !link.caughtUp || link.peer === undefined) return;
    link.isSaid = true;
    this.#linked.add(link.peer.slot);
    this.#emit({ kind: 'linked', link: link.id, slot: link.peer.slot });
  }

  sayUnlinked(link: Link): void {
    if (!link.isSaid || link.peer === undefined) return;
    link.isSaid = false;
    this.#linked.delete(link.peer.slot);
    this.#emit({ kind: 'unlinked', slot: link.peer.slot });
  }

  isLinked(slot: number): boolean {
    return this.#linked.has(slot);
  }

  /** Slots of the trackers that are linked and caught up, ascending. */
  get linkedSlots(): number[] {
    return [...this.#linked].sort((a, b) => a - b);
  }

  /** Links on which INITs have been exchanged, and that carry operations. */
  get introduced(): Link[] {
    return [...this.#links.values()].filter(({ peer, giving, taking }) => peer !== undefined && !giving && !taking);
  }

  get all(): Link[] {
    return [...this.#links.values()];
  }

  /** Another link to the slot whose INIT has just come on `link`. */
  rivalOf(link: Link, init: SyncInit): Link | undefined {
    return this.all.find(({ id, peer }) => id !== link.id && peer?.slot === init.slot);
  }
}

/**
 * Which of two links to the same incarnation stays: the one that the lower slot dialled, so that both sides choose
 * alike; of two that the same side dialled, the newer one.
 */
export function staysAgainst(link: Link, rival: Link, own: { slot: number; init: SyncInit }): boolean {
  const lowerDials = own.slot < own.init.slot;
  return link.dialled === lowerDials || link.dialled === rival.dialled;
}
