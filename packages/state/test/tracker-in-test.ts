/**
 * A tracker of a test's network: a replica, and a shell that performs what it says, at once unless a test holds something
 * back. The shell checks what no effect may ever break, in every test.
 */
import type { ClusterId, EncodedOperation, IncarnationId, OperationMode, RequestId, SyncRefuse } from '@p2p/protocol';
import { decodeOperation } from '@p2p/protocol';
import {
  Replica,
  type ReplicaAnswer,
  type ReplicaBase,
  type ReplicaEffect,
  type ReplicaInput,
  type ReplicatedMessage,
  stateDigest,
  type Ticket,
} from '../src/index.js';
import type { Disk } from './disk-in-test.js';
import { sha256 } from './world.js';

export interface TrackerOptions {
  readonly slots: readonly number[];
  readonly cluster: ClusterId;
  /** How far its wall clock is ahead of the network's. */
  readonly skewMs: number;
  readonly freshIncarnation: () => IncarnationId;
}

/** What is around a tracker. */
export interface Surroundings {
  /** Wall clock without any skew, ms. */
  now(): number;
  send(tracker: Tracker, link: number, message: ReplicatedMessage): void;
  close(tracker: Tracker, link: number): void;
  answer(ticket: Ticket, answer: ReplicaAnswer): void;
  rejoin(tracker: Tracker, base: ReplicaBase): void;
}

/** `now` is added here, by the clock of the tracker. */
export type Untimed<I> = I extends { now: number } ? Omit<I, 'now'> : I;
type EffectOf<K extends ReplicaEffect['kind']> = Extract<ReplicaEffect, { kind: K }>;

export class Tracker {
  readonly replica: Replica;
  readonly disk: Disk;
  /** What its operator was told. */
  readonly refusals: { by: 'us' | 'them'; reason: SyncRefuse['reason']; slot: number | undefined }[] = [];
  /** Slots by `linked` and `unlinked`. */
  readonly linked = new Set<number>();
  /** Operations that were new in its state, by `changed`. */
  readonly changed: string[] = [];
  /** A test flushes, makes room on links, and lets it work, by its own choice. */
  readonly held = { flushes: false, room: false, work: false };
  isReady = false;
  /** Another replica has taken the place of this one. */
  isOver = false;
  readonly #options: TrackerOptions;
  readonly #surroundings: Surroundings;
  #unflushed: EffectOf<'persist'>[] = [];
  #persisted = 0;
  readonly #full = new Set<number>();

  constructor(
    readonly slot: number,
    base: { readonly disk: Disk; readonly folds?: number },
    { options, surroundings }: { options: TrackerOptions; surroundings: Surroundings },
  ) {
    const { cluster, slots, freshIncarnation } = options;
    this.#options = options;
    this.#surroundings = surroundings;
    this.disk = base.disk;
    this.replica = new Replica({ cluster, slot, slots, sha256, freshIncarnation }, base.disk.load(base.folds));
  }

  get incarnation(): IncarnationId {
    return this.replica.incarnation;
  }

  get options(): TrackerOptions {
    return this.#options;
  }

  /** All that it has persisted, flushed or not, in order. */
  get operations(): EncodedOperation[] {
    return [...this.disk.operations, ...this.#unflushed.flatMap(({ operations }) => operations)];
  }

  /** What it holds of a request, by mode and maker. */
  modesOf(requestId: RequestId): OperationMode[] {
    return this.operations.flatMap(({ operation }) => (operation.requestId === requestId ? operation.mode : []));
  }

  /** All by which two trackers are compared. */
  summary() {
    const { finalMark, state } = this.replica;
    const digest = Buffer.from(finalMark.digest).toString('hex');
    return { final: finalMark.count, digest, state: stateDigest(state, sha256) };
  }

  /** Takes one input, and performs what comes of it. */
  step(input: Untimed<ReplicaInput>): void {
    if (this.isOver) return;
    this.#take(input);
    this.#goOn();
  }

  start(isReady: boolean): void {
    this.step({ kind: 'started' });
    if (isReady) this.becomeReady();
  }

  becomeReady(): void {
    if (this.isReady || this.isOver) return;
    this.isReady = true;
    this.step({ kind: 'ready' });
  }

  /** How many `persist` effects are not flushed. */
  get unflushed(): number {
    return this.#unflushed.length;
  }

  /** Flushes the first `count` of what was persisted, by default all of it. */
  flush(count = this.#unflushed.length): void {
    const flushed = this.#unflushed.splice(0, count);
    for (const { operations } of flushed) this.disk.append(operations);
    const last = flushed.at(-1);
    if (last !== undefined) this.step({ kind: 'flushed', upTo: last.upTo });
  }

  /** Dies. Of what was not flushed the first `count` operations happen to be on the disk. */
  crash(count = 0): void {
    const unflushed = this.#unflushed.flatMap(({ operations }) => operations);
    this.disk.append(unflushed.slice(0, count));
    this.isOver = true;
  }

  /** Whether something is held back that a step could let go. */
  get isHolding(): boolean {
    return !this.isOver && (this.#unflushed.length > 0 || this.#full.size > 0 || this.replica.hasWork);
  }

  /** Lets one thing go that is held back: a flush, room on a link, or a slice of work. */
  letGo(choose: (count: number) => number): void {
    const links = [...this.#full];
    const choices = [
      ...this.#unflushed.map((_, at) => () => this.flush(at + 1)),
      ...links.map((link) => () => this.#makeRoom(link)),
      ...(this.replica.hasWork ? [() => this.step({ kind: 'work' })] : []),
    ];
    choices[choose(choices.length)]?.();
  }

  /** Holds nothing back any more. */
  release(): void {
    Object.assign(this.held, { flushes: false, room: false, work: false });
    this.#goOn();
  }

  #makeRoom(link: number): void {
    this.#full.delete(link);
    this.step({ kind: 'link_ready', link });
  }

  /** What a shell does of its own accord. */
  #goOn(): void {
    while (!this.isOver) {
      const [link] = this.#full;
      if (this.#unflushed.length > 0 && !this.held.flushes) this.flush();
      else if (link !== undefined && !this.held.room) this.#makeRoom(link);
      else if (this.replica.hasWork && !this.held.work) this.#take({ kind: 'work' });
      else return;
    }
  }

  #take(input: Untimed<ReplicaInput>): void {
    const now = this.#surroundings.now() + this.#options.skewMs;
    const effects = this.replica.step({ ...input, now } as ReplicaInput);
    for (const effect of effects) this.#perform(effect);
    if (this.isOver) return;
    const told = [...this.linked].sort().join();
    const actual = this.replica.linkedSlots.join();
    if (told !== actual) throw new Error(`tracker ${this.slot} was told of links to ${told}, but has ${actual}`);
  }

  #perform(effect: ReplicaEffect): void {
    switch (effect.kind) {
      case 'persist':
        return this.#persist(effect);
      case 'fold':
        return this.disk.fold(effect);
      case 'send':
        this.#checkFlushed(effect.message);
        this.#full.add(effect.link);
        return this.#surroundings.send(this, effect.link, effect.message);
      case 'close_link':
        return this.#surroundings.close(this, effect.link);
      case 'answer':
        return this.#surroundings.answer(effect.ticket, effect.answer);
      case 'linked':
        return void this.linked.add(effect.slot);
      case 'unlinked':
        return void this.linked.delete(effect.slot);
      case 'refused':
        return void this.refusals.push({ by: effect.by, reason: effect.refusal.reason, slot: effect.slot });
      case 'changed':
        return void this.changed.push(...effect.operations.map(({ requestId }) => requestId));
      case 'rejoin':
        this.isOver = true;
        return this.#surroundings.rejoin(this, effect.base);
    }
  }

  #persist(effect: EffectOf<'persist'>): void {
    this.#persisted += effect.operations.length;
    if (effect.upTo !== this.#persisted) throw new Error(`persisted ${this.#persisted}, not ${effect.upTo}`);
    this.#unflushed.push(effect);
  }

  /** Nothing leaves that a crash could take back: neither an operation nor an acknowledgement. */
  #checkFlushed(message: ReplicatedMessage): void {
    const { have } = this.disk;
    if (message.type === 'sync') {
      for (const bytes of message.operations) {
        const operation = decodeOperation(bytes)?.operation;
        if (operation === undefined) throw new Error('no operation was sent');
        const { stamp, seq } = operation;
        if (seq > (have[stamp.incarnation] ?? 0)) throw new Error('an operation was sent before it was flushed');
      }
    }
    if (message.type === 'vec') {
      for (const [incarnation, seq] of Object.entries(message.flushed[this.incarnation] ?? {})) {
        if (seq > (have[incarnation as IncarnationId] ?? 0)) throw new Error('what is not flushed was acknowledged');
      }
    }
  }
}
