/**
 * One life of a tracker, from start to crash: the real replica, its effects performed as the real shell performs them.
 * It decides nothing. While it hangs (SIGSTOP), what comes to it waits in front of it.
 */
import { encodeMessage, type SessionId } from '@p2p/protocol';
import {
  type OperatorCommand,
  Replica,
  type ReplicaAnswer,
  type ReplicaBase,
  type ReplicaEffect,
  type ReplicaInput,
  type Store,
  type Ticket,
} from '@p2p/state';
import type { End, Station } from '../network/network.js';
import type { Packet } from '../network/pipe.js';
import { Dialler } from './dialler.js';
import { type Ask, decodedMessage, type Untimed, type Waited } from './inputs.js';
import { Journal } from './journal.js';
import type { Surroundings } from './surroundings.js';

type EffectOf<K extends ReplicaEffect['kind']> = Extract<ReplicaEffect, { kind: K }>;

export class TrackerProcess implements Station {
  readonly slot: number;
  readonly #around: Surroundings;
  #replica: Replica;
  readonly #store: Store;
  #journal: Journal;
  readonly #dialler: Dialler;
  readonly #ends = new Map<number, End>();
  /** Slots by `linked` and `unlinked`. */
  readonly #linked = new Set<number>();
  readonly #unanswered = new Map<Ticket, Waited>();
  #isAlive = true;
  #isServing = false;
  /** What came while it hung; undefined while it runs. */
  #waiting: (() => void)[] | undefined;
  #isWorkPlanned = false;
  /** A new base is being written; until then there is no replica to talk to. */
  #isRejoining = false;

  constructor(around: Surroundings, base: ReplicaBase, store: Store) {
    this.slot = around.slot;
    this.#around = around;
    this.#dialler = new Dialler(this, around);
    this.#store = store;
    this.#journal = this.#openJournal();
    this.#replica = this.#begin(base);
    this.#dialler.start(() => this.#serve());
  }

  get replica(): Replica {
    return this.#replica;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isResponsive(): boolean {
    return this.#isAlive && this.#waiting === undefined;
  }

  /** Clients are let in. */
  get isServing(): boolean {
    return this.isResponsive && this.#isServing && !this.#isRejoining;
  }

  /** Nothing is under way inside. */
  get isIdle(): boolean {
    return this.business === '';
  }

  /** What is under way inside, in words. */
  get business(): string {
    const business = [];
    if (!this.isServing) business.push(this.#isRejoining ? 'rejoins' : 'serves nobody');
    if (this.#replica.hasWork) business.push('has work');
    if (!this.#journal.isIdle) business.push('writes');
    if (this.#unanswered.size > 0) business.push(`owes ${this.#unanswered.size} answers`);
    return business.join(', ');
  }

  get linked(): ReadonlySet<number> {
    return this.#linked;
  }

  ask(ask: Ask): void {
    this.#await({ kind: 'request', ...ask });
  }

  /** Whoever runs this tracker wants something done. */
  operate(command: OperatorCommand, ticket: Ticket): void {
    this.#await({ kind: 'operate', command, ticket });
  }

  noteUse(session: SessionId): void {
    this.#run(() => {
      if (this.#isServing) this.#input({ kind: 'session_in_use', session });
    });
  }

  receive(end: End, packet: Packet): void {
    this.#run(() => this.#take(end, packet));
  }

  hang(): void {
    this.#waiting ??= [];
  }

  /** Goes on with all that has come meanwhile. */
  wake(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const action of waiting) this.#run(action);
  }

  stop(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#journal.stop();
    this.#around.network.leave(this);
  }

  #run(action: () => void): void {
    if (!this.#isAlive) return;
    if (this.#waiting !== undefined) this.#waiting.push(action);
    else this.#around.guarded(action);
  }

  #await(waited: Waited): void {
    this.#run(() => {
      if (!this.#isServing) return;
      this.#unanswered.set(waited.ticket, waited);
      this.#input(waited);
    });
  }

  #openJournal(): Journal {
    const { agenda } = this.#around;
    const journal: Journal = new Journal(this.#around, this.#store, {
      flushed: (upTo) => this.#run(() => this.#input({ kind: 'flushed', upTo })),
      later: (delayMs, action) =>
        agenda.after(delayMs, () =>
          this.#run(() => {
            if (journal !== this.#journal) return;
            action();
            this.#planWork();
          }),
        ),
    });
    return journal;
  }

  #begin(base: ReplicaBase): Replica {
    this.#around.witness.began(this.slot, base);
    const replica = new Replica(this.#around.replicaOptions, base);
    this.#replica = replica;
    this.#around.agenda.after(0, () => this.#run(() => this.#input({ kind: 'started' })));
    return replica;
  }

  #serve(): void {
    if (!this.#isAlive || this.#isServing) return;
    this.#isServing = true;
    this.#run(() => {
      if (!this.#isRejoining) this.#input({ kind: 'ready' });
    });
  }

  #take(end: End, packet: Packet): void {
    if (packet === 'opened') {
      this.#ends.set(end.link, end);
      this.#dialler.connected(end.other.slot);
      if (this.#isRejoining) return this.#closeEnd(end);
      return this.#input({ kind: 'link_opened', link: end.link, dialled: end.dialled });
    }
    if (packet === 'closed') {
      if (this.#ends.delete(end.link)) this.#input({ kind: 'link_closed', link: end.link });
      return this.#dialler.lost(end.other.slot);
    }
    // What this side has closed says nothing any more.
    if (!this.#ends.has(end.link)) return;
    const message = packet instanceof Uint8Array ? decodedMessage(packet) : packet;
    this.#input({ kind: 'link_message', link: end.link, message });
  }

  #input(input: Untimed<ReplicaInput>): void {
    if (this.#isRejoining) return;
    const now = this.#around.clock.now;
    const effects = this.#replica.step({ ...input, now } as ReplicaInput);
    this.#around.stepped(input, effects);
    for (const effect of effects) {
      if (this.#isAlive) this.#perform(effect);
    }
    if (!this.#isAlive || this.#isRejoining) return;
    this.#around.witness.looked(this.slot, this.#replica, this.#linked);
    this.#planWork();
  }

  #planWork(): void {
    if (this.#isWorkPlanned || !this.#replica.hasWork) return;
    this.#isWorkPlanned = true;
    const { agenda, dice } = this.#around;
    agenda.after(dice.between(0, 5), () =>
      this.#run(() => {
        this.#isWorkPlanned = false;
        if (this.#replica.hasWork) this.#input({ kind: 'work' });
      }),
    );
  }

  #perform(effect: ReplicaEffect): void {
    switch (effect.kind) {
      case 'persist':
        return this.#journal.append(effect);
      case 'fold':
        this.#around.witness.folded(this.slot, effect.mark);
        return this.#journal.fold(effect, this.#replica);
      case 'send':
        return this.#send(effect);
      case 'answer':
        return this.#answer(effect.ticket, effect.answer);
      case 'close_link':
        return this.#close(effect.link);
      case 'linked':
        this.#linked.add(effect.slot);
        return this.#dialler.linked(effect.slot);
      case 'unlinked':
        this.#linked.delete(effect.slot);
        return;
      case 'refused':
        this.#around.witness.refused(effect);
        return;
      case 'rejoin':
        return this.#rejoin(effect.base);
      case 'changed':
        return this.#around.witness.changed(this.slot, effect.operations);
    }
  }

  #send({ link, message, isBulk }: EffectOf<'send'>): void {
    const end = this.#ends.get(link);
    if (end === undefined) return;
    const { agenda, dice } = this.#around;
    end.outgoing.send(this.#around.isEncoded ? Uint8Array.from(encodeMessage(message)) : message);
    if (!isBulk) return;
    const ready = () => this.#ends.has(link) && this.#input({ kind: 'link_ready', link });
    agenda.after(dice.below(30), () => this.#run(ready));
  }

  #answer(ticket: Ticket, answer: ReplicaAnswer): void {
    const waited = this.#unanswered.get(ticket);
    this.#unanswered.delete(ticket);
    this.#around.answered({ slot: this.slot, replica: this.#replica, ticket, waited, answer });
  }

  #close(link: number): void {
    const end = this.#ends.get(link);
    if (end !== undefined) this.#closeEnd(end);
  }

  #closeEnd(end: End): void {
    this.#ends.delete(end.link);
    this.#around.network.close(end);
    this.#dialler.lost(end.other.slot);
  }

  /** Another replica takes over, from a base that is made durable first. */
  #rejoin(base: ReplicaBase): void {
    this.#isRejoining = true;
    this.#around.witness.rejoined();
    for (const end of [...this.#ends.values()]) this.#closeEnd(end);
    this.#linked.clear();
    this.#journal.stop();
    this.#journal = this.#openJournal();
    this.#journal.install(base, () => this.#run(() => this.#beginAgain(base)));
  }

  #beginAgain(base: ReplicaBase): void {
    this.#isRejoining = false;
    this.#begin(base);
    this.#run(() => {
      this.#around.agenda.after(0, () =>
        this.#run(() => {
          if (this.#isServing) this.#input({ kind: 'ready' });
          for (const waited of [...this.#unanswered.values()]) this.#input(waited);
        }),
      );
    });
  }
}
