/**
 * The side of a replica that faces the clients: a request is decided, becomes an operation, and is answered when every
 * tracker that is reached holds it, with what the operation has come to by then.
 */
import { type Operation, type RequestId, refusal } from '@p2p/protocol';
import { decide } from '../decide/decide.js';
import type { InputOf, ReplicaAnswer, ReplicaEffect, Ticket } from './interface.js';
import type { Ledger } from './ledger.js';
import type { Linking } from './linking.js';
import { type Waiting, WaitingAnswers } from './waiting.js';

export class Requests {
  readonly #ledger: Ledger;
  readonly #linking: Linking;
  readonly #emit: (effect: ReplicaEffect) => void;
  readonly #waiting = new WaitingAnswers();

  constructor(ledger: Ledger, linking: Linking, emit: (effect: ReplicaEffect) => void) {
    this.#ledger = ledger;
    this.#linking = linking;
    this.#emit = emit;
  }

  /** Whether this request has been carried out already, here or elsewhere. */
  knows(requestId: RequestId): boolean {
    return this.#ledger.timeline.find(requestId) !== undefined;
  }

  attach({ ticket, requestId, now }: InputOf<'attach'>): void {
    const known = this.#ledger.timeline.find(requestId);
    if (known === undefined) throw new Error(`request ${requestId} is not known`);
    this.#await(ticket, known.operation, now);
  }

  /** A request that is known attaches to its operation, before anything is decided: it is answered as the first was. */
  take({ ticket, requestId, actor, command, now }: InputOf<'request'>): void {
    if (this.knows(requestId)) return this.attach({ kind: 'attach', ticket, requestId, now });
    // An operation may be rejected later only as long as nobody can have been told that it succeeded.
    const mode = this.#linking.isComplete ? 'reject' : 'keep';
    const context = { ...this.#ledger.nextPlace(now), requestId, mode, now } as const;
    const decision = decide(this.#ledger.timeline.state, actor, command, context);
    if ('stamp' in decision) {
      this.#ledger.append(decision);
      this.#linking.spread([decision]);
      return this.#await(ticket, decision, now);
    }
    if (!decision.ok) return this.#emit({ kind: 'answer', ticket, answer: decision });
    this.#waiting.add({ ticket, operation: undefined, wanted: this.#ledger.have });
    this.answerWhatIsHeld(now);
  }

  /** Answers all that every tracker that is reached holds by now. */
  answerWhatIsHeld(now: number): void {
    const replicated = this.#linking.isComplete;
    for (const due of this.#waiting.takeHeldBy(this.#linking.acknowledged)) this.#answer(due, replicated, now);
  }

  #await(ticket: Ticket, operation: Operation, now: number): void {
    const wanted = { [operation.stamp.incarnation]: operation.seq };
    this.#waiting.add({ ticket, operation, wanted });
    this.answerWhatIsHeld(now);
  }

  /** Answers for an operation that is held, unless another one speaks for its request by now or has to. */
  #answer({ ticket, operation }: Waiting, replicated: boolean, now: number): void {
    const known = operation && this.#ledger.timeline.find(operation.requestId);
    if (known !== undefined && known.operation !== operation) {
      this.#await(ticket, known.operation, now);
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
  #keep(ticket: Ticket, { requestId, actor, body }: Operation, now: number): void {
    const kept = this.#ledger.appendOwn({ requestId, mode: 'keep', actor, body }, now);
    this.#linking.spread([kept]);
    this.#await(ticket, kept, now);
  }
}

/** What is said of an operation that is held; without one, nothing had to be changed. */
function answerOf(known: ReturnType<Ledger['timeline']['find']>, replicated: boolean): ReplicaAnswer {
  if (known === undefined) return { ok: true, operation: undefined, replicated };
  if (!known.outcome.ok) return refusal(known.outcome.code);
  return { ok: true, operation: known.operation, replicated };
}
