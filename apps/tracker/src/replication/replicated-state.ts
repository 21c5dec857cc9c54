/**
 * The replica with its effects performed: requests become promises, messages go out over the links, and whoever
 * wants to know hears what has changed. Decides nothing.
 */
import { createHash } from 'node:crypto';
import type { RequestId } from '@p2p/protocol';
import {
  type Actor,
  type Command,
  type LinkId,
  Replica,
  type ReplicaAnswer,
  type ReplicaEffect,
  type ReplicaInput,
  type ReplicaOptions,
  type State,
  type Ticket,
} from '@p2p/state';

type Effect<K extends ReplicaEffect['kind']> = Extract<ReplicaEffect, { kind: K }>;

/** Whoever carries messages between trackers. */
export interface LinkPort {
  send(link: LinkId, message: Effect<'send'>['message']): void;
  close(link: LinkId): void;
  linked(link: LinkId, slot: number): void;
  unlinked(slot: number): void;
  refused(effect: Effect<'refused'>): void;
}

/** Omits `now`, which is added here, from every input that has it. */
type Untimed<I> = I extends { now: number } ? Omit<I, 'now'> : I;

export class ReplicatedState {
  readonly #replica: Replica;
  readonly #answers = new Map<Ticket, (answer: ReplicaAnswer) => void>();
  readonly #listeners: ((change: Effect<'changed'>) => void)[] = [];
  #links: LinkPort | undefined;
  #lastTicket = 0;
  readonly #effects: ReplicaEffect[] = [];
  #performing = false;

  constructor(options: Omit<ReplicaOptions, 'sha256'>) {
    this.#replica = new Replica({ ...options, sha256: (bytes) => createHash('sha256').update(bytes).digest() });
    this.input({ kind: 'started' });
  }

  /** The state as it is now. Read it at once and keep nothing of it. */
  get state(): State {
    return this.#replica.state;
  }

  get linkedSlots(): number[] {
    return this.#replica.linkedSlots;
  }

  get operationCount(): number {
    return this.#replica.operationCount;
  }

  /** Running digest of all operations, 64 hex digits. */
  digest(): string {
    return this.#replica.digest();
  }

  /** Whether a request has been carried out already, here or elsewhere. */
  knows(requestId: RequestId): boolean {
    return this.#replica.knows(requestId);
  }

  /** Has a command carried out. Resolves when every tracker that is linked holds it. */
  request(requestId: RequestId, actor: Actor, command: Command): Promise<ReplicaAnswer> {
    return this.#ask((ticket) => ({ kind: 'request', ticket, requestId, actor, command }));
  }

  /** The answer to a request that is known. */
  attach(requestId: RequestId): Promise<ReplicaAnswer> {
    return this.#ask((ticket) => ({ kind: 'attach', ticket, requestId }));
  }

  connectLinks(links: LinkPort): void {
    this.#links = links;
  }

  onChange(listener: (change: Effect<'changed'>) => void): void {
    this.#listeners.push(listener);
  }

  /** Gives the replica one input, by the clock on the wall, and performs what comes out, in order. */
  input(input: Untimed<ReplicaInput>): void {
    this.#effects.push(...this.#replica.step({ ...input, now: Date.now() } as ReplicaInput));
    // Performing an effect can bring the next input about; its effects wait for their turn.
    if (this.#performing) return;
    this.#performing = true;
    for (let effect = this.#effects.shift(); effect !== undefined; effect = this.#effects.shift())
      this.#perform(effect);
    this.#performing = false;
  }

  #ask(inputFor: (ticket: Ticket) => Untimed<ReplicaInput>): Promise<ReplicaAnswer> {
    const ticket = ++this.#lastTicket;
    return new Promise((resolve) => {
      this.#answers.set(ticket, resolve);
      this.input(inputFor(ticket));
    });
  }

  #perform(effect: ReplicaEffect): void {
    switch (effect.kind) {
      case 'send':
        return this.#links?.send(effect.link, effect.message);
      case 'close_link':
        return this.#links?.close(effect.link);
      case 'linked':
        return this.#links?.linked(effect.link, effect.slot);
      case 'unlinked':
        return this.#links?.unlinked(effect.slot);
      case 'refused':
        return this.#links?.refused(effect);
      case 'changed':
        for (const listener of this.#listeners) listener(effect);
        return;
      case 'answer':
        this.#answers.get(effect.ticket)?.(effect.answer);
        this.#answers.delete(effect.ticket);
    }
  }
}
