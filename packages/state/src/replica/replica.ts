/**
 * The protocol between trackers as a pure step: an input goes in, effects come out. A request becomes an operation of
 * this tracker, goes to every linked one, and is answered when all of them hold it. What arrives from others is put
 * in its place of the one order. A tracker that was away is sent what it lacks when it links again.
 */
import { type Operation, type OperationMode, PROTOCOL_VERSION, type RequestId, refusal } from '@p2p/protocol';
import { decide } from '../decide/decide.js';
import type { State } from '../state.js';
import { judgeInit } from './handshake.js';
import type { ReplicaAnswer, ReplicaEffect, ReplicaInput, ReplicaOptions, ReplicatedMessage } from './interface.js';
import { helloRequestId, Ledger } from './ledger.js';
import { type Link, Links, raise, staysAgainst, takeUnknown, vectorOf } from './links.js';
import { covers } from './operation-log.js';
import { type Waiting, WaitingAnswers } from './waiting.js';

type Input<K extends ReplicaInput['kind']> = Extract<ReplicaInput, { kind: K }>;
type Message<T extends ReplicatedMessage['type']> = Extract<ReplicatedMessage, { type: T }>;

export class Replica {
  readonly #options: ReplicaOptions;
  readonly #ledger: Ledger;
  readonly #links = new Links();
  readonly #waiting = new WaitingAnswers();
  #effects: ReplicaEffect[] = [];

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#ledger = new Ledger(options.incarnation, options.sha256);
  }

  /** The state as this tracker sees it now. Read it at once: the next step may replace it. */
  get state(): State {
    return this.#ledger.timeline.state;
  }

  /** Slots of the trackers that are linked and caught up, ascending. */
  get linkedSlots(): number[] {
    const slots = this.#links.caughtUp.flatMap(({ peer }) => (peer === undefined ? [] : [peer.slot]));
    return slots.sort((a, b) => a - b);
  }

  get operationCount(): number {
    return this.#ledger.timeline.length;
  }

  /** Running digest of all operations in order, 64 hex digits. */
  digest(): string {
    return this.#ledger.timeline.digest();
  }

  /** Whether this request has been carried out already, here or elsewhere. */
  knows(requestId: RequestId): boolean {
    return this.#ledger.timeline.find(requestId) !== undefined;
  }

  /** Takes one input; the effects are to be performed in order. */
  step(input: ReplicaInput): ReplicaEffect[] {
    this.#take(input);
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #take(input: ReplicaInput): void {
    switch (input.kind) {
      case 'started':
        return this.#start(input);
      case 'request':
        return this.#request(input);
      case 'attach':
        return this.#attach(input);
      case 'ticket_dropped':
        return this.#waiting.drop(input.ticket);
      case 'link_opened':
        return this.#openLink(input);
      case 'link_message':
        return this.#receive(input);
      case 'link_closed':
        return this.#closeLink(input);
    }
  }

  /** A new incarnation takes its slot. */
  #start({ now }: Input<'started'>): void {
    const { slot, incarnation } = this.#options;
    const requestId = helloRequestId(incarnation);
    this.#ledger.appendOwn({ requestId, mode: 'keep', actor: null, body: { kind: 'hello', slot } }, now);
  }

  #attach({ ticket, requestId, now }: Input<'attach'>): void {
    const known = this.#ledger.timeline.find(requestId);
    if (known === undefined) throw new Error(`request ${requestId} is not known`);
    this.#awaitOperation(ticket, known.operation, now);
  }

  /** A request that is known attaches to its operation, before anything is decided: it is answered as the first was. */
  #request({ ticket, requestId, actor, command, now }: Input<'request'>): void {
    if (this.knows(requestId)) return this.#attach({ kind: 'attach', ticket, requestId, now });
    const context = { ...this.#ledger.nextPlace(now), requestId, mode: this.#mode(), now };
    const decision = decide(this.state, actor, command, context);
    if ('stamp' in decision) {
      this.#ledger.append(decision);
      this.#spread([decision]);
      return this.#awaitOperation(ticket, decision, now);
    }
    if (!decision.ok) return this.#emit({ kind: 'answer', ticket, answer: decision });
    this.#waiting.add({ ticket, operation: undefined, wanted: this.#ledger.have });
    this.#answerWhatIsHeld(now);
  }

  /** An operation may be rejected later only as long as nobody can have been told that it succeeded. */
  #mode(): OperationMode {
    return this.#isComplete() ? 'reject' : 'keep';
  }

  /** Whether every configured tracker is linked. */
  #isComplete(): boolean {
    const linked = this.linkedSlots;
    return this.#options.slots.every((slot) => slot === this.#options.slot || linked.includes(slot));
  }

  #awaitOperation(ticket: number, operation: Operation, now: number): void {
    const wanted = { [operation.stamp.incarnation]: operation.seq };
    this.#waiting.add({ ticket, operation, wanted });
    this.#answerWhatIsHeld(now);
  }

  /** Answers all that every linked tracker holds by now. */
  #answerWhatIsHeld(now: number): void {
    const holders = this.#links.caughtUp.map(({ acknowledged }) => acknowledged);
    const replicated = this.#isComplete();
    for (const due of this.#waiting.takeHeldBy(holders)) this.#answer(due, replicated, now);
  }

  /** Answers for an operation that is held, unless another one speaks for its request by now or has to. */
  #answer({ ticket, operation }: Waiting, replicated: boolean, now: number): void {
    const known = operation && this.#ledger.timeline.find(operation.requestId);
    if (known !== undefined && known.operation !== operation) {
      this.#awaitOperation(ticket, known.operation, now);
    } else if (known?.outcome.ok && known.operation.mode === 'reject' && !replicated) {
      this.#keep(ticket, known.operation, now);
    } else {
      this.#emit({ kind: 'answer', ticket, answer: answerOf(known, replicated) });
    }
  }

  /**
   * Somebody is about to be told of a success while a tracker is away, which may hold an earlier operation that takes
   * the same name: the operation is proposed again as one that has to be kept.
   */
  #keep(ticket: number, { requestId, actor, body }: Operation, now: number): void {
    const kept = this.#ledger.appendOwn({ requestId, mode: 'keep', actor, body }, now);
    this.#spread([kept]);
    this.#awaitOperation(ticket, kept, now);
  }

  /** Sends operations to every introduced tracker that lacks them. */
  #spread(operations: readonly Operation[]): void {
    for (const link of this.#links.introduced) {
      const lacked = takeUnknown(link, operations);
      if (lacked.length > 0) this.#send(link, { type: 'sync', operations: lacked });
    }
    this.#emit({ kind: 'changed', operations });
  }

  #openLink({ link: id, dialled, now }: Input<'link_opened'>): void {
    const { cluster, slot, incarnation } = this.#options;
    const have = this.#ledger.have;
    const joined = Object.keys(have).some((other) => other !== incarnation);
    const link = this.#links.open(id, dialled);
    const init = { cluster, slot, incarnation, have, joined };
    this.#send(link, { type: 'init', protocol: PROTOCOL_VERSION, ...init, wallClock: now });
  }

  #receive({ link: id, message, now }: Input<'link_message'>): void {
    const link = this.#links.get(id);
    // A link that lost against its rival may still deliver.
    if (link === undefined) return;
    if (message.type === 'refuse') return this.#refused(link, message, now);
    // The first message is INIT, and no other one is.
    if ((message.type === 'init') === (link.peer !== undefined)) return this.#drop(link, now);
    switch (message.type) {
      case 'init':
        return this.#introduce(link, message, now);
      case 'sync':
        return this.#takeOperations(link, message, now);
      case 'vec':
        return this.#acknowledged(link, message, now);
    }
  }

  #introduce(link: Link, init: Message<'init'>, now: number): void {
    const reason = judgeInit(this.#options, init, now);
    if (reason !== undefined) {
      this.#send(link, { type: 'refuse', ...reason });
      this.#emit({ kind: 'refused', link: link.id, by: 'us', slot: init.slot, refusal: reason });
      return this.#close(link);
    }
    const rival = this.#links.rivalOf(link, init);
    if (rival !== undefined) {
      const stays = staysAgainst(link, rival, { slot: this.#options.slot, init });
      // Whoever waits for the rival's acknowledgement gets it on the link that stays, or hears when that one is lost.
      this.#close(stays ? rival : link);
      if (!stays) return;
    }
    link.peer = { slot: init.slot, incarnation: init.incarnation };
    raise(link.known, init.have);
    for (const batch of this.#ledger.lackedBy(init.have)) {
      this.#send(link, { type: 'sync', operations: takeUnknown(link, batch) });
    }
    this.#send(link, { type: 'vec', have: this.#ledger.have });
  }

  #takeOperations(link: Link, { operations }: Message<'sync'>, now: number): void {
    const { gap, fresh } = this.#ledger.receive(operations);
    if (gap) return this.#drop(link, now);
    // Whoever sends an operation holds it, and all that its maker made before it.
    const sent = vectorOf(operations);
    raise(link.known, sent);
    raise(link.acknowledged, sent);
    this.#send(link, { type: 'vec', have: this.#ledger.have });
    if (fresh.length > 0) this.#spread(fresh);
    this.#answerWhatIsHeld(now);
  }

  /** The first acknowledgement says that all the other side had has been sent. */
  #acknowledged(link: Link, { have }: Message<'vec'>, now: number): void {
    raise(link.acknowledged, have);
    raise(link.known, have);
    if (!link.caughtUp && link.peer !== undefined && covers(this.#ledger.have, have)) {
      link.caughtUp = true;
      this.#emit({ kind: 'linked', link: link.id, slot: link.peer.slot });
    }
    this.#answerWhatIsHeld(now);
  }

  #refused(link: Link, { reason, detail }: Message<'refuse'>, now: number): void {
    this.#emit({ kind: 'refused', link: link.id, by: 'them', slot: link.peer?.slot, refusal: { reason, detail } });
    this.#drop(link, now);
  }

  /** Nothing can come of this link any more: nobody waits for it any longer. */
  #drop(link: Link, now: number): void {
    this.#close(link);
    this.#answerWhatIsHeld(now);
  }

  #close(link: Link): void {
    this.#links.remove(link.id);
    this.#emit({ kind: 'close_link', link: link.id });
    this.#sayUnlinked(link);
  }

  #closeLink({ link: id, now }: Input<'link_closed'>): void {
    const link = this.#links.get(id);
    if (link === undefined) return;
    this.#links.remove(id);
    this.#sayUnlinked(link);
    this.#answerWhatIsHeld(now);
  }

  #sayUnlinked({ caughtUp, peer }: Link): void {
    if (caughtUp && peer !== undefined) this.#emit({ kind: 'unlinked', slot: peer.slot });
  }

  #send(link: Link, message: ReplicatedMessage): void {
    this.#emit({ kind: 'send', link: link.id, message });
  }

  #emit(effect: ReplicaEffect): void {
    this.#effects.push(effect);
  }
}

/** What is said of an operation that is held; without one, nothing had to be changed. */
function answerOf(known: ReturnType<Ledger['timeline']['find']>, replicated: boolean): ReplicaAnswer {
  if (known === undefined) return { ok: true, operation: undefined, replicated };
  if (!known.outcome.ok) return refusal(known.outcome.code);
  return { ok: true, operation: known.operation, replicated };
}
