/**
 * The side of a replica that faces the clients: a request is decided, becomes an operation, and is answered when that is
 * final, or, while a tracker is away, when all that are reached have it on their disks. It is answered with what the
 * operation has come to by then.
 */
import { type Operation, type OperationBody, type RequestId, refusal, SESSION_SEEN_MS } from '@p2p/protocol';
import { decide } from '../decide/decide.js';
import { isForgotten } from '../outcomes.js';
import type { RequestRecord } from '../state.js';
import type { Entry } from '../timeline.js';
import type { InputOf, ReplicaAnswer, ReplicaEffect, Ticket } from './interface.js';
import { type Ledger, ownRequestId } from './ledger.js';
import type { Linking } from './linking.js';
import { decideForOperator, slotChangeOf } from './operator-commands.js';
import { Waiting } from './waiting.js';

/** What trackers say by themselves, or for whoever runs them. */
type OwnKind = 'hello' | 'vacate' | 'retire' | 'see_session' | 'reset_credential';

export class Requests {
  readonly #ledger: Ledger;
  readonly #linking: Linking;
  readonly #emit: (effect: ReplicaEffect) => void;
  readonly #waiting = new Waiting();
  /** Position in the arrivals up to which all that are reached, and this tracker, have them on their disks. */
  #heldUpTo = 0;

  constructor(ledger: Ledger, linking: Linking, emit: (effect: ReplicaEffect) => void) {
    this.#ledger = ledger;
    this.#linking = linking;
    this.#emit = emit;
  }

  /** Whether this request has been carried out already, here or elsewhere. */
  knows(requestId: RequestId): boolean {
    return this.#ledger.timeline.recordOf(requestId) !== undefined;
  }

  attach({ ticket, requestId, now }: InputOf<'attach'>): void {
    if (!this.knows(requestId)) throw new Error(`request ${requestId} is not known`);
    this.#waiting.add(ticket, requestId);
    this.#tryToAnswer(requestId, now);
  }

  /** A request that is known attaches to its operation, before anything is decided: it is answered as the first was. */
  take({ ticket, requestId, actor, command, now }: InputOf<'request'>): void {
    if (this.knows(requestId)) return this.attach({ kind: 'attach', ticket, requestId, now });
    const { timeline } = this.#ledger;
    if (isForgotten(timeline.state, requestId)) {
      return this.#answer([ticket], refusal('bad_request', 'this request is too old to be carried out'));
    }
    // An operation may be rejected later only as long as nobody can have been told that it succeeded.
    const mode = this.#linking.isComplete ? 'reject' : 'keep';
    const context = { ...this.#ledger.nextPlace(now), requestId, mode, now } as const;
    const decision = decide(timeline.state, actor, command, context);
    if ('stamp' in decision) {
      this.#append(decision);
      this.#waiting.add(ticket, requestId);
      return;
    }
    if (!decision.ok) return this.#answer([ticket], decision);
    this.#waiting.addBarrier({ ticket, stamp: timeline.lastStamp, position: this.#ledger.arrivalsEnd });
    this.answerBarriers();
  }

  /** Whoever runs this tracker wants something done. */
  operate({ ticket, command, now }: InputOf<'operate'>): void {
    const faultOf = (slot: number) => this.#linking.retirementFault(slot);
    const decision = decideForOperator(this.#ledger.timeline.state, command, faultOf);
    if ('ok' in decision) return this.#answer([ticket], decision);
    this.#waiting.add(ticket, this.#say(decision, now));
  }

  /** Notes that a session is in use, unless that was noted not long ago. */
  noteUse({ session: id, now }: InputOf<'session_in_use'>): void {
    const session = this.#ledger.timeline.state.sessions.get(id);
    if (session === undefined || session.closed || now - session.seen < SESSION_SEEN_MS) return;
    this.#say({ kind: 'see_session', session: id, at: now }, now);
  }

  /** Somebody at this slot is to begin anew. Returns the position in the arrivals behind the operation that says so. */
  vacate(slot: number, now: number): number {
    this.#say({ kind: 'vacate', slot }, now);
    return this.#ledger.arrivalsEnd;
  }

  /** This tracker has its slot. */
  greet(slot: number, now: number): void {
    this.#say({ kind: 'hello', slot, ...slotChangeOf(this.#ledger.timeline.state, slot) }, now);
  }

  /** Something that no client has asked for. */
  #say(body: Extract<OperationBody, { kind: OwnKind }>, now: number): RequestId {
    const place = this.#ledger.nextPlace(now);
    const requestId = ownRequestId(place.stamp);
    this.#append({ ...place, requestId, mode: 'keep', actor: null, body });
    return requestId;
  }

  /** These have become final. */
  answerSettled(entries: readonly Entry[], now: number): void {
    for (const { operation } of entries) {
      if (this.#waiting.isAwaited(operation.requestId)) this.#tryToAnswer(operation.requestId, now);
    }
    this.answerBarriers();
  }

  /** More may be on all disks that are reached; answers for it are due where that is all that can be said. */
  answerHeld(now: number): void {
    const isHeld = this.#linking.heldWhereReached();
    const { isComplete } = this.#linking;
    this.#heldUpTo = Math.max(this.#heldUpTo, this.#ledger.arrivalsStart);
    for (; this.#heldUpTo < this.#ledger.flushedEnd; this.#heldUpTo++) {
      const operation = this.#ledger.arrivalAt(this.#heldUpTo)?.operation;
      if (operation === undefined || !isHeld(operation)) break;
      const { requestId } = operation;
      if (!isComplete && this.#waiting.isAwaited(requestId)) this.#tryToAnswer(requestId, now, isHeld);
    }
    this.answerBarriers();
  }

  /** A tracker has gone away: whoever waited for it need not any more. */
  answerAll(now: number): void {
    this.answerHeld(now);
    const isHeld = this.#linking.heldWhereReached();
    for (const requestId of this.#waiting.requests) this.#tryToAnswer(requestId, now, isHeld);
  }

  answerBarriers(): void {
    const { timeline } = this.#ledger;
    const settled = this.#waiting.takeSettled(timeline.finalStamp);
    const held = this.#linking.isComplete ? [] : this.#waiting.takeHeld(this.#heldUpTo);
    for (const { ticket } of settled) this.#answer([ticket], { ok: true, done: undefined, replicated: true });
    for (const { ticket } of held) this.#answer([ticket], { ok: true, done: undefined, replicated: false });
  }

  /**
   * Somebody may be told of a success while a tracker is away that holds an earlier operation which takes the same name;
   * or build on it. Operations that may be rejected still are proposed again as ones that have to be kept.
   */
  keepWhatIsOpen(entries: Iterable<Entry>, now: number): void {
    const open = [...entries].filter(({ operation: { mode, requestId, stamp }, outcome }) => {
      if (mode !== 'reject' || !outcome.ok || this.#ledger.timeline.isSettled(stamp)) return false;
      return !this.#ledger.timeline.entriesOf(requestId).some(({ operation }) => operation.mode === 'keep');
    });
    for (const { operation } of open) {
      const { requestId, actor, body } = operation;
      this.#append({ ...this.#ledger.nextPlace(now), requestId, mode: 'keep', repeats: true, actor, body });
    }
  }

  /** Answers for a request whose operation is final, or held wherever that is all that is waited for. */
  #tryToAnswer(requestId: RequestId, now: number, isHeld?: (operation: Operation) => boolean): void {
    const { timeline } = this.#ledger;
    const record = timeline.recordOf(requestId) as RequestRecord;
    const entries = timeline.entriesOf(requestId);
    const isSettled = ({ operation }: Entry) => timeline.isSettled(operation.stamp);
    const speaking = entries.reduce<Entry | undefined>(outranking, undefined);
    // One that was refused in its place says nothing of the one that has to be kept and may still come to another name.
    const isSuccess = (entry: Entry) => entry.outcome.ok && isSettled(entry);
    if (speaking === undefined || isSettled(speaking) || entries.some(isSuccess)) {
      return this.#answer(this.#waiting.take(requestId), answerOf(record, true));
    }
    if (this.#linking.isComplete || !(isHeld ?? this.#linking.heldWhereReached())(speaking.operation)) return;
    if (record.outcome.ok && speaking.operation.mode === 'reject') return this.keepWhatIsOpen([speaking], now);
    this.#answer(this.#waiting.take(requestId), answerOf(record, false));
  }

  #append(operation: Operation): void {
    const encoded = this.#ledger.append(operation);
    this.#emit({ kind: 'persist', operations: [encoded], upTo: this.#ledger.persisted });
    this.#emit({ kind: 'changed', operations: [operation] });
  }

  #answer(tickets: readonly Ticket[], answer: ReplicaAnswer): void {
    for (const ticket of tickets) this.#emit({ kind: 'answer', ticket, answer });
  }
}

/** Which operation of a request speaks for it, in order: the first that has to be kept, else the last one. */
function outranking(known: Entry | undefined, entry: Entry): Entry {
  return known?.operation.mode === 'keep' ? known : entry;
}

function answerOf({ kind, outcome }: RequestRecord, replicated: boolean): ReplicaAnswer {
  return outcome.ok ? { ok: true, done: kind, replicated } : refusal(outcome.code);
}
