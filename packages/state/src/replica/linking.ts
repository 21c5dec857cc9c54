/**
 * The side of a replica that faces the other trackers: INIT in both directions, then to each what it lacks, then what is
 * new, acknowledged by VEC. What one has sent is passed on to the others that lack it. Operations leave in the order in
 * which they came, and never before they are flushed here.
 */
import {
  decodeOperation,
  type EncodedOperation,
  type IncarnationId,
  type Operation,
  PROTOCOL_VERSION,
  type Vector,
} from '@p2p/protocol';
import { isRetired } from '../lookup.js';
import type { Finality } from './finality.js';
import { historiesDiffer, judgeInit, type Refused, slotTaken, whoBeginsAnew } from './handshake.js';
import type { InputOf, ReplicaEffect, ReplicaOptions, ReplicatedMessage } from './interface.js';
import type { Ledger } from './ledger.js';
import { type Link, Links, staysAgainst } from './links.js';
import { SnapshotIntake } from './snapshot-intake.js';
import { stream, tellFinal } from './stream.js';
import { covers, raise, seqIn } from './vectors.js';

type Message<T extends ReplicatedMessage['type']> = Extract<ReplicatedMessage, { type: T }>;

/** What has to be looked at again after a message. */
export interface News {
  /** These came in; they have yet to be merged. */
  readonly fresh?: readonly EncodedOperation[];
  /** The other side is to begin anew; before it is given everything, its slot has to be vacated. */
  readonly giving?: Link;
  /** A snapshot has come in whole. */
  readonly snapshot?: { readonly intake: SnapshotIntake; readonly end: Message<'snapshot_end'>; readonly link: Link };
}

export class Linking {
  readonly #options: ReplicaOptions;
  readonly #own: IncarnationId;
  readonly #ledger: Ledger;
  readonly #finality: Finality;
  readonly #emit: (effect: ReplicaEffect) => void;
  readonly #links: Links;
  /** Somebody holds other operations than this tracker under its own numbers. */
  #isDisowned = false;

  constructor(
    options: ReplicaOptions,
    parts: { own: IncarnationId; ledger: Ledger; finality: Finality },
    emit: (effect: ReplicaEffect) => void,
  ) {
    this.#options = options;
    this.#own = parts.own;
    this.#ledger = parts.ledger;
    this.#finality = parts.finality;
    this.#emit = emit;
    this.#links = new Links(emit);
  }

  /** Slots of the trackers that are linked and caught up, ascending. */
  get linkedSlots(): number[] {
    return this.#links.linkedSlots;
  }

  /** Whether every tracker that is waited for is linked. */
  get isComplete(): boolean {
    const { state } = this.#ledger.timeline;
    return this.#options.slots.every(
      (slot) => slot === this.#options.slot || this.#links.isLinked(slot) || isRetired(state, slot),
    );
  }

  /** Whether more operations of a backlog are still to come on some link. */
  get isCatchingUp(): boolean {
    return this.#links.introduced.some(({ caughtUp }) => !caughtUp);
  }

  /**
   * Whether an operation is on this disk, and on those of all trackers that are reached. One counts as soon as it has been
   * sent all there was: should this tracker die when that one is ready, nothing that was answered may be missing there.
   */
  heldWhereReached(): (operation: Operation) => boolean {
    const reached = this.#links.introduced.filter(({ level }) => level);
    const vectors = reached.flatMap(({ peer }) => (peer ? [this.#finality.flushedBy(peer.incarnation)] : []));
    vectors.push(this.#ledger.flushed);
    return ({ stamp, seq }) => vectors.every((vector) => seqIn(vector, stamp.incarnation) >= seq);
  }

  /** Why a tracker can't be given up, for its operator. */
  retirementFault(slot: number): string | undefined {
    const { slots, slot: own } = this.#options;
    if (!slots.includes(slot)) return `tracker_info.txt has no line ${slot}`;
    if (slot === own) return `this is tracker ${slot} itself; ask another one`;
    if (!this.#finality.joined)
      return 'this tracker has not met all others since its directory was empty; ask another one';
    if (this.#links.isLinked(slot)) return `tracker ${slot} is linked; stop it first`;
    return undefined;
  }

  /** Whether this tracker takes itself for a part of the cluster's history. */
  get joined(): boolean {
    return this.#finality.joined && !this.#isDisowned;
  }

  /** Position in the arrivals from which some link has yet to read. */
  get oldestCursor(): number {
    return Math.min(this.#ledger.flushedEnd, ...this.#links.all.map(({ cursor }) => cursor));
  }

  open({ link: id, dialled, now }: InputOf<'link_opened'>): void {
    const { cluster, slot } = this.#options;
    const own = { have: { ...this.#ledger.have }, last: { ...this.#ledger.last }, joined: this.joined };
    const link = this.#links.open({ id, dialled, own, cursor: this.#ledger.arrivalsStart });
    const init = { cluster, slot, incarnation: this.#own, ...own };
    this.#links.send(link, { type: 'init', protocol: PROTOCOL_VERSION, ...init, wallClock: now });
  }

  receive({ link: id, message, now }: InputOf<'link_message'>): News {
    const link = this.#links.get(id);
    // A link that lost against its rival may still deliver.
    if (link === undefined) return {};
    if (message.type === 'refuse') return this.#refused(link, message);
    // The first message is INIT, and no other one is.
    if ((message.type === 'init') === (link.peer !== undefined)) return this.#drop(link);
    switch (message.type) {
      case 'init':
        return this.#introduce(link, message, now);
      case 'sync':
        return this.#takeOperations(link, message);
      case 'vec':
        return this.#acknowledge(link, message);
      case 'snapshot':
        return this.#takeRows(link, message);
      case 'snapshot_end':
        return link.taking === undefined ? this.#drop(link) : { snapshot: { intake: link.taking, end: message, link } };
    }
  }

  close({ link: id }: InputOf<'link_closed'>): void {
    const link = this.#links.get(id);
    if (link === undefined) return;
    this.#links.lose(link);
  }

  /** There is room for more. */
  ready({ link: id }: InputOf<'link_ready'>): void {
    const link = this.#links.get(id);
    if (link === undefined) return;
    link.busy = false;
    this.#stream(link);
  }

  /** Sends every tracker what it lacks and may have by now, and says what is new about who has flushed what. */
  spread(): void {
    for (const link of this.#links.all) this.#stream(link);
  }

  /** Says how far the final operations go, where that is not known: so that digests are compared in quiet times too. */
  tellFinal(): void {
    for (const link of this.#links.introduced)
      tellFinal(link, this.#ledger, (message) => this.#links.send(link, message));
  }

  /** Closes the links of incarnations that don't have their slot any more, or not yet: those may come again. */
  dropReplaced(): void {
    const { slots } = this.#ledger.timeline.state;
    for (const link of this.#links.all) {
      const row = link.peer && slots.get(link.peer.slot);
      if (link.peer === undefined || row === link.slotAtInit || link.giving !== undefined) continue;
      if (row?.incarnations.includes(link.peer.incarnation) === false) this.#drop(link);
    }
  }

  /**
   * This tracker has become part of the cluster's history. Whoever took it for a newcomer, and has not greeted here, may
   * be one himself that should have begun anew with its state.
   */
  dropOutdated(): void {
    for (const link of this.#links.all) {
      const isUnknown = link.peer !== undefined && seqIn(this.#ledger.have, link.peer.incarnation) === 0;
      if (isUnknown && link.own.joined !== this.joined) this.#drop(link);
    }
  }

  /** The snapshot that has come in is not taken: the handshake is repeated, or it is of another history. */
  declineSnapshot(link: Link, why: 'needless' | 'alien'): void {
    if (why === 'alien') this.#refuse(link, historiesDiffer);
    else this.#drop(link);
  }

  #introduce(link: Link, init: Message<'init'>, now: number): News {
    const reason = judgeInit(this.#options, init, now);
    if (reason !== undefined) return this.#refuse(link, reason, init.slot);
    const rival = this.#links.rivalOf(link, init);
    // Who was given a snapshot comes back as somebody else.
    if (rival?.giving !== undefined) this.#drop(rival);
    else if (rival !== undefined && rival.peer?.incarnation !== init.incarnation) {
      return this.#refuse(link, slotTaken(init.slot), init.slot);
    } else if (rival !== undefined) {
      const stays = staysAgainst(link, rival, { slot: this.#options.slot, init });
      this.#drop(stays ? rival : link);
      if (!stays) return {};
    }
    this.#isDisowned ||= this.#ledger.isDisowned(seqIn(init.have, this.#own), init.last[this.#own]);
    // Both sides judge by what they have said; what is not so any more has to be said anew.
    if (link.own.joined !== this.joined) return this.#drop(link);
    link.peer = { slot: init.slot, incarnation: init.incarnation };
    link.slotAtInit = this.#ledger.timeline.state.slots.get(init.slot);
    raise(link.known, init.have);
    const { timeline } = this.#ledger;
    const standing = { slot: this.#options.slot, incarnation: this.#own, ...link.own, folded: timeline.mark.vector };
    const beginsAnew = whoBeginsAnew({ ...standing, slotOfPeer: link.slotAtInit }, init);
    if (beginsAnew === 'here') link.taking = new SnapshotIntake();
    if (beginsAnew === 'there') {
      link.giving = timeline.checkpoint();
      return { giving: link };
    }
    this.#stream(link);
    return {};
  }

  #takeOperations(link: Link, { operations: bytes }: Message<'sync'>): News {
    const operations: EncodedOperation[] = [];
    for (const each of bytes) {
      const encoded = decodeOperation(each);
      if (encoded === undefined) return this.#drop(link);
      operations.push(encoded);
    }
    if (link.taking !== undefined) {
      link.taking.addOperations(operations);
      return {};
    }
    // It has not read yet that it is to begin anew.
    if (link.giving !== undefined) return {};
    const received = this.#ledger.receive(operations);
    if (!received.ok) return received.fault === 'gap' ? this.#drop(link) : this.#refuse(link, historiesDiffer);
    for (const { operation } of operations) {
      const { incarnation } = operation.stamp;
      link.known[incarnation] = Math.max(seqIn(link.known, incarnation), operation.seq);
    }
    return { fresh: received.fresh };
  }

  #takeRows(link: Link, { rows }: Message<'snapshot'>): News {
    if (link.giving !== undefined) {
      // Each found that the other lacks something; it may have come since, by another link (what is our own has not).
      const before = { ...link.own.have, [this.#own]: seqIn(this.#ledger.have, this.#own) };
      return covers(before, this.#ledger.have) ? this.#refuse(link, historiesDiffer) : this.#drop(link);
    }
    link.taking ??= new SnapshotIntake();
    this.#links.sayUnlinked(link);
    return link.taking.addRows(rows) ? {} : this.#drop(link);
  }

  /** The first one says that all the other side had has been sent. */
  #acknowledge(link: Link, { flushed, final }: Message<'vec'>): News {
    const { peer } = link;
    if (peer === undefined || link.giving !== undefined || link.taking !== undefined) return {};
    const digest = this.#ledger.timeline.digestAt(final.count);
    if (digest !== undefined && !isSame(digest, final.digest)) return this.#refuse(link, historiesDiffer);
    for (const [incarnation, vector] of Object.entries(flushed) as [IncarnationId, Vector][]) {
      this.#finality.hear(incarnation, vector);
      // What it has told, it need not be told; what is known here beyond that, it has yet to hear.
      if (covers(vector, this.#finality.flushedBy(incarnation))) {
        link.told.set(incarnation, this.#finality.versionOf(incarnation));
      }
    }
    const theirs = flushed[peer.incarnation];
    link.caughtUp ||= theirs !== undefined && covers(this.#ledger.have, theirs);
    this.#links.sayLinked(link);
    return {};
  }

  #stream(link: Link): void {
    stream(link, { ledger: this.#ledger, finality: this.#finality, own: this.#own }, (message, isBulk) =>
      this.#links.send(link, message, isBulk),
    );
    this.#links.sayLinked(link);
  }

  #refused(link: Link, { reason, detail }: Message<'refuse'>): News {
    this.#emit({ kind: 'refused', link: link.id, by: 'them', slot: link.peer?.slot, refusal: { reason, detail } });
    return this.#drop(link);
  }

  #refuse(link: Link, refusal: Refused, slot = link.peer?.slot): News {
    this.#links.refuse(link, refusal, slot);
    return {};
  }

  #drop(link: Link): News {
    this.#links.drop(link);
    return {};
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, at) => byte === b[at]);
}
