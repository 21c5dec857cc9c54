/**
 * The protocol between trackers as a pure step: an input goes in, effects come out. A request becomes an operation of
 * this tracker, goes to every one it reaches, and is answered when all of them hold it (requests.ts). What arrives from
 * others is put in its place of the one order; a tracker that was away is sent what it lacks (linking.ts).
 */
import type { RequestId } from '@p2p/protocol';
import type { State } from '../state.js';
import type { InputOf, ReplicaEffect, ReplicaInput, ReplicaOptions } from './interface.js';
import { helloRequestId, Ledger } from './ledger.js';
import { Linking } from './linking.js';
import { Requests } from './requests.js';

export class Replica {
  readonly #options: ReplicaOptions;
  readonly #ledger: Ledger;
  readonly #linking: Linking;
  readonly #requests: Requests;
  #effects: ReplicaEffect[] = [];

  constructor(options: ReplicaOptions) {
    const emit = (effect: ReplicaEffect) => void this.#effects.push(effect);
    this.#options = options;
    this.#ledger = new Ledger(options.incarnation, options.sha256);
    this.#linking = new Linking(options, this.#ledger, emit);
    this.#requests = new Requests(this.#ledger, this.#linking, emit);
  }

  /** The state as this tracker sees it now. Read it at once: the next step may replace it. */
  get state(): State {
    return this.#ledger.timeline.state;
  }

  /** Slots of the trackers that are linked and caught up, ascending. */
  get linkedSlots(): number[] {
    return this.#linking.linkedSlots;
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
    return this.#requests.knows(requestId);
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
        return this.#requests.take(input);
      case 'attach':
        return this.#requests.attach(input);
      case 'link_opened':
        return this.#linking.open(input);
      case 'link_message':
        if (this.#linking.receive(input)) this.#requests.answerWhatIsHeld(input.now);
        return;
      case 'link_closed':
        if (this.#linking.close(input)) this.#requests.answerWhatIsHeld(input.now);
    }
  }

  /** A new incarnation takes its slot. */
  #start({ now }: InputOf<'started'>): void {
    const { slot, incarnation } = this.#options;
    const requestId = helloRequestId(incarnation);
    this.#ledger.appendOwn({ requestId, mode: 'keep', actor: null, body: { kind: 'hello', slot } }, now);
  }
}
