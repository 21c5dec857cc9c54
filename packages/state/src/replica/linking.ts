/**
 * The side of a replica that faces the other trackers: INIT in both directions, then to each what it lacks, then what
 * is new, acknowledged by VEC. An operation that came from one is passed on to the others that lack it.
 */
import { type Operation, PROTOCOL_VERSION, type Vector } from '@p2p/protocol';
import { judgeInit } from './handshake.js';
import type { InputOf, ReplicaEffect, ReplicaOptions, ReplicatedMessage } from './interface.js';
import type { Ledger } from './ledger.js';
import { type Link, Links, raise, staysAgainst, takeUnknown, vectorOf } from './links.js';
import { covers } from './operation-log.js';

type Message<T extends ReplicatedMessage['type']> = Extract<ReplicatedMessage, { type: T }>;

/** Whether somebody else may hold more now, or nobody waits for somebody any more: answers may be due. */
type MayBeDue = boolean;

export class Linking {
  readonly #options: ReplicaOptions;
  readonly #ledger: Ledger;
  readonly #emit: (effect: ReplicaEffect) => void;
  readonly #links = new Links();

  constructor(options: ReplicaOptions, ledger: Ledger, emit: (effect: ReplicaEffect) => void) {
    this.#options = options;
    this.#ledger = ledger;
    this.#emit = emit;
  }

  /** Slots of the trackers that are linked and caught up, ascending. */
  get linkedSlots(): number[] {
    const slots = this.#links.caughtUp.flatMap(({ peer }) => (peer === undefined ? [] : [peer.slot]));
    return slots.sort((a, b) => a - b);
  }

  /** Whether every configured tracker is linked. */
  get isComplete(): boolean {
    const linked = this.linkedSlots;
    return this.#options.slots.every((slot) => slot === this.#options.slot || linked.includes(slot));
  }

  /**
   * What each tracker that is reached has acknowledged. One that is still catching up counts, too: should this tracker
   * die as soon as the other is ready, nothing that was answered meanwhile may be missing there.
   */
  get acknowledged(): Vector[] {
    return this.#links.introduced.map(({ acknowledged }) => acknowledged);
  }

  /** Sends operations to every introduced tracker that lacks them. */
  spread(operations: readonly Operation[]): void {
    for (const link of this.#links.introduced) {
      const lacked = takeUnknown(link, operations);
      if (lacked.length > 0) this.#send(link, { type: 'sync', operations: lacked });
    }
    this.#emit({ kind: 'changed', operations });
  }

  open({ link: id, dialled, now }: InputOf<'link_opened'>): void {
    const { cluster, slot, incarnation } = this.#options;
    const have = this.#ledger.have;
    const joined = Object.keys(have).some((other) => other !== incarnation);
    const link = this.#links.open(id, dialled);
    const init = { cluster, slot, incarnation, have, joined };
    this.#send(link, { type: 'init', protocol: PROTOCOL_VERSION, ...init, wallClock: now });
  }

  receive({ link: id, message, now }: InputOf<'link_message'>): MayBeDue {
    const link = this.#links.get(id);
    // A link that lost against its rival may still deliver.
    if (link === undefined) return false;
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
    }
  }

  close({ link: id }: InputOf<'link_closed'>): MayBeDue {
    const link = this.#links.get(id);
    if (link === undefined) return false;
    this.#links.remove(id);
    this.#sayUnlinked(link);
    return true;
  }

  #introduce(link: Link, init: Message<'init'>, now: number): MayBeDue {
    const reason = judgeInit(this.#options, init, now);
    if (reason !== undefined) {
      this.#send(link, { type: 'refuse', ...reason });
      this.#emit({ kind: 'refused', link: link.id, by: 'us', slot: init.slot, refusal: reason });
      return this.#drop(link);
    }
    const rival = this.#links.rivalOf(link, init);
    if (rival !== undefined) {
      const stays = staysAgainst(link, rival, { slot: this.#options.slot, init });
      this.#drop(stays ? rival : link);
      if (!stays) return false;
    }
    link.peer = { slot: init.slot, incarnation: init.incarnation };
    raise(link.known, init.have);
    for (const batch of this.#ledger.lackedBy(init.have)) {
      this.#send(link, { type: 'sync', operations: takeUnknown(link, batch) });
    }
    this.#send(link, { type: 'vec', have: this.#ledger.have });
    // Whoever waited for a rival's acknowledgement gets it on this link, or hears when this one is lost.
    return false;
  }

  #takeOperations(link: Link, { operations }: Message<'sync'>): MayBeDue {
    const { gap, fresh } = this.#ledger.receive(operations);
    if (gap) return this.#drop(link);
    // Whoever sends an operation holds it, and all that its maker made before it.
    const sent = vectorOf(operations);
    raise(link.known, sent);
    raise(link.acknowledged, sent);
    this.#send(link, { type: 'vec', have: this.#ledger.have });
    if (fresh.length > 0) this.spread(fresh);
    return true;
  }

  /** The first acknowledgement says that all the other side had has been sent. */
  #acknowledge(link: Link, { have }: Message<'vec'>): MayBeDue {
    raise(link.acknowledged, have);
    raise(link.known, have);
    if (!link.caughtUp && link.peer !== undefined && covers(this.#ledger.have, have)) {
      link.caughtUp = true;
      this.#emit({ kind: 'linked', link: link.id, slot: link.peer.slot });
    }
    return true;
  }

  #refused(link: Link, { reason, detail }: Message<'refuse'>): MayBeDue {
    this.#emit({ kind: 'refused', link: link.id, by: 'them', slot: link.peer?.slot, refusal: { reason, detail } });
    return this.#drop(link);
  }

  /** Nothing can come of this link any more. */
  #drop(link: Link): MayBeDue {
    this.#links.remove(link.id);
    this.#emit({ kind: 'close_link', link: link.id });
    this.#sayUnlinked(link);
    return true;
  }

  #sayUnlinked({ caughtUp, peer }: Link): void {
    if (caughtUp && peer !== undefined) this.#emit({ kind: 'unlinked', slot: peer.slot });
  }

  #send(link: Link, message: ReplicatedMessage): void {
    this.#emit({ kind: 'send', link: link.id, message });
  }
}
