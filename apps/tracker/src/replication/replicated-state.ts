/**
 * The replica with its effects performed: requests become promises, operations go to the disk, messages out over the
 * links, and whoever wants to know hears what has changed. Decides nothing.
 */
import { createHash, randomBytes } from 'node:crypto';
import { incarnationId, type RequestId, type SessionId } from '@p2p/protocol';
import {
  type Actor,
  type Checkpoint,
  type Command,
  type LinkId,
  type OperatorCommand,
  Replica,
  type ReplicaAnswer,
  type ReplicaBase,
  type ReplicaEffect,
  type ReplicaInput,
  type ReplicaOptions,
  type State,
  type Ticket,
} from '@p2p/state';

type Effect<K extends ReplicaEffect['kind']> = Extract<ReplicaEffect, { kind: K }>;

/** Whoever carries messages between trackers. */
export interface LinkPort {
  send(effect: Effect<'send'>): void;
  close(link: LinkId): void;
  closeAll(): void;
  linked(link: LinkId, slot: number): void;
  unlinked(slot: number): void;
  refused(effect: Effect<'refused'>): void;
  /** This tracker begins anew with what another one has. */
  rejoined(operations: number): void;
}

/** Whoever keeps operations and rows. */
export interface DiskPort {
  /** Appends to the journal; `flushed` is told of `upTo` when it is safe. */
  persist(effect: Effect<'persist'>): void;
  /** Appends to the folded state, and writes it anew from a checkpoint when it has grown too long. */
  fold(effect: Effect<'fold'>, checkpoint: () => Checkpoint): void;
  /** Puts a base in the place of all that was kept. Resolves when it is safe; nothing of before is flushed after. */
  install(base: ReplicaBase): Promise<void>;
  onFlushed(listener: (upTo: number) => void): void;
}

/** Omits `now`, which is added here, from every input that has it. */
type Untimed<I> = I extends { now: number } ? Omit<I, 'now'> : I;
type Asked = Untimed<Extract<ReplicaInput, { ticket: Ticket }>>;

interface Pending {
  readonly input: Asked;
  readonly resolve: (answer: ReplicaAnswer | undefined) => void;
}

export interface ReplicatedStateOptions extends Omit<ReplicaOptions, 'sha256' | 'freshIncarnation'> {
  readonly base: ReplicaBase;
  readonly disk: DiskPort;
}

export class ReplicatedState {
  readonly #options: ReplicaOptions;
  readonly #disk: DiskPort;
  #replica: Replica;
  /** What was asked and not answered, to be asked again of the replica that takes this one's place. */
  readonly #asked = new Map<Ticket, Pending>();
  readonly #listeners: ((change: Effect<'changed'>) => void)[] = [];
  #links: LinkPort | undefined;
  #lastTicket = 0;
  readonly #effects: ReplicaEffect[] = [];
  #performing = false;
  #workIsDue = false;
  #isReady = false;
  /** Inputs that wait while another replica takes this one's place; undefined otherwise. */
  #held: Untimed<ReplicaInput>[] | undefined;

  constructor({ base, disk, ...options }: ReplicatedStateOptions) {
    this.#options = {
      ...options,
      sha256: (bytes) => createHash('sha256').update(bytes).digest(),
      freshIncarnation: () => freshIncarnation(options.slot),
    };
    this.#disk = disk;
    this.#replica = new Replica(this.#options, base);
    disk.onFlushed((upTo) => this.input({ kind: 'flushed', upTo }));
    this.input({ kind: 'started' });
  }

  /** The state as it is now. Read it at once and keep nothing of it. */
  get state(): State {
    return this.#replica.state;
  }

  get linkedSlots(): number[] {
    return this.#replica.linkedSlots;
  }

  /** Number of final operations. */
  get operationCount(): number {
    return this.#replica.finalMark.count;
  }

  /** Running digest of all final operations, 64 hex digits. */
  digest(): string {
    return Buffer.from(this.#replica.finalMark.digest).toString('hex');
  }

  /** Whether a request has been carried out already, here or elsewhere. */
  knows(requestId: RequestId): boolean {
    return this.#replica.knows(requestId);
  }

  /** Has a command carried out. Resolves when every tracker that is linked has it on its disk. */
  request(requestId: RequestId, actor: Actor, command: Command): Promise<ReplicaAnswer> {
    return this.#ask((ticket) => ({ kind: 'request', ticket, requestId, actor, command }));
  }

  /** The answer to a request that is known. Undefined where it is not known any more: then it has to be made anew. */
  attach(requestId: RequestId): Promise<ReplicaAnswer | undefined> {
    return this.#ask((ticket) => ({ kind: 'attach', ticket, requestId }));
  }

  /** Notes that a session is in use; nobody is told when that is safe. */
  noteUse(session: SessionId): void {
    this.input({ kind: 'session_in_use', session });
  }

  /** Has done what whoever runs this tracker wants. */
  operate(command: OperatorCommand): Promise<ReplicaAnswer> {
    return this.#ask((ticket) => ({ kind: 'operate', ticket, command }));
  }

  /** The others have been asked for what was missed. Once. */
  ready(): void {
    this.#isReady = true;
    this.input({ kind: 'ready' });
  }

  connectLinks(links: LinkPort): void {
    this.#links = links;
  }

  onChange(listener: (change: Effect<'changed'>) => void): void {
    this.#listeners.push(listener);
  }

  /** Gives the replica one input, by the clock on the wall, and performs what comes out, in order. */
  input(input: Untimed<ReplicaInput>): void {
    if (this.#held !== undefined) return void this.#held.push(input);
    this.#effects.push(...this.#replica.step({ ...input, now: Date.now() } as ReplicaInput));
    // Performing an effect can bring the next input about; its effects wait for their turn.
    if (this.#performing) return;
    this.#performing = true;
    for (let effect = this.#effects.shift(); effect !== undefined; effect = this.#effects.shift())
      this.#perform(effect);
    this.#performing = false;
    this.#workLater();
  }

  #ask<A extends ReplicaAnswer | undefined>(inputFor: (ticket: Ticket) => Asked): Promise<A> {
    const ticket = ++this.#lastTicket;
    return new Promise((resolve) => {
      const input = inputFor(ticket);
      this.#asked.set(ticket, { input, resolve: resolve as (answer: ReplicaAnswer | undefined) => void });
      this.input(input);
    });
  }

  /** Nothing is folded meanwhile; when it has ended there may be much to fold. */
  #checkpoint(): Checkpoint {
    const checkpoint = this.#replica.checkpoint();
    const end = () => {
      checkpoint.end();
      this.#workLater();
    };
    return { mark: checkpoint.mark, next: (limit) => checkpoint.next(limit), end };
  }

  /** What need not be done at once takes turns with everything else. */
  #workLater(): void {
    if (this.#workIsDue || !this.#replica.hasWork) return;
    this.#workIsDue = true;
    setImmediate(() => {
      this.#workIsDue = false;
      if (this.#replica.hasWork) this.input({ kind: 'work' });
    });
  }

  #perform(effect: ReplicaEffect): void {
    switch (effect.kind) {
      case 'persist':
        return this.#disk.persist(effect);
      case 'fold':
        return this.#disk.fold(effect, () => this.#checkpoint());
      case 'send':
        return this.#links?.send(effect);
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
        this.#asked.get(effect.ticket)?.resolve(effect.answer);
        this.#asked.delete(effect.ticket);
        return;
      case 'rejoin':
        void this.#beginAnew(effect.base);
    }
  }

  /** Another replica takes this one's place; what nobody was answered for is asked of it again. */
  async #beginAnew(base: ReplicaBase): Promise<void> {
    this.#held = [];
    this.#links?.closeAll();
    await this.#disk.install(base);
    this.#links?.rejoined(base.mark.count + base.tail.length);
    const held = this.#held.filter(({ kind }) => kind.startsWith('link_'));
    this.#held = undefined;
    this.#replica = new Replica(this.#options, base);
    this.input({ kind: 'started' });
    if (this.#isReady) this.input({ kind: 'ready' });
    for (const { input } of [...this.#asked.values()]) this.#askAgain(input);
    for (const input of held) this.input(input);
  }

  /** An operation that was refused is not taken along; whoever attached to it has to ask with all that belongs to it. */
  #askAgain(input: Asked): void {
    if (input.kind !== 'attach' || this.knows(input.requestId)) return this.input(input);
    this.#asked.get(input.ticket)?.resolve(undefined);
    this.#asked.delete(input.ticket);
  }
}

/** An incarnation of this slot that never was before. */
export function freshIncarnation(slot: number): ReplicaBase['incarnation'] {
  return incarnationId.parse(`${slot}.${randomBytes(8).toString('hex')}`);
}
