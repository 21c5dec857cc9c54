/**
 * Puts on the disk what a replica says, with the real storage code: group commits on one lane, the folded state on
 * another, so that neither waits for the other.
 */
import type { Checkpoint, Replica, ReplicaBase, ReplicaEffect, Store } from '@p2p/state';
import { Lane } from '../disk/lane.js';
import type { Surroundings } from './surroundings.js';

type Persist = Extract<ReplicaEffect, { kind: 'persist' }>;
type Fold = Extract<ReplicaEffect, { kind: 'fold' }>;

export interface JournalPort {
  /** All operations up to this count are on the disk. */
  readonly flushed: (upTo: number) => void;
  /** Has something done after this time, by the process, if it is still there. */
  readonly later: (delayMs: number, action: () => void) => void;
}

/** A fold is written at once, or left to be collected, with this chance; so is a rewrite begun. */
const WRITE_CHANCE = 0.3;
const REWRITE_CHANCE = 0.03;

export class Journal {
  readonly #around: Surroundings;
  readonly #store: Store;
  readonly #port: JournalPort;
  readonly #commits: Lane;
  readonly #folds: Lane;
  #pending: Persist[] = [];
  #isCommitting = false;
  #isRewriting = false;

  constructor(around: Surroundings, store: Store, port: JournalPort) {
    const { agenda, disk, flushMs, failed } = around;
    this.#around = around;
    this.#store = store;
    this.#port = port;
    this.#commits = new Lane({ agenda, disk, flushMs, failed });
    this.#folds = new Lane({ agenda, disk, flushMs, failed });
  }

  get isIdle(): boolean {
    return this.#commits.isIdle && this.#folds.isIdle && !this.#isRewriting;
  }

  stop(): void {
    this.#commits.stop();
    this.#folds.stop();
  }

  append(persist: Persist): void {
    this.#pending.push(persist);
    if (!this.#isCommitting) this.#commit();
  }

  fold({ rows, mark }: Fold, replica: Replica): void {
    const { dice } = this.#around;
    this.#folds.perform(this.#store.appendFold(rows, mark));
    if (dice.chance(WRITE_CHANCE)) this.#folds.perform(this.#store.writeFold());
    if (this.#store.wantsRewrite || dice.chance(REWRITE_CHANCE)) this.#rewrite(replica.checkpoint());
  }

  /** A new generation in place of all that is kept. */
  install(base: ReplicaBase, done: () => void): void {
    this.#commits.perform(this.#store.install(base), done);
  }

  /** Everything that has come while the last commit was under way goes in one. */
  #commit(): void {
    const batch = this.#pending;
    const last = batch.at(-1);
    this.#pending = [];
    this.#isCommitting = last !== undefined;
    if (last === undefined) return;
    const operations = batch.flatMap((persist) => persist.operations);
    this.#commits.perform(this.#store.appendOperations(operations), () => {
      this.#around.witness.flushed(this.#around.slot, operations);
      this.#port.flushed(last.upTo);
      this.#commit();
    });
  }

  #rewrite(checkpoint: Checkpoint): void {
    this.#isRewriting = true;
    this.#folds.perform(this.#store.beginRewrite());
    const { dice } = this.#around;
    const step = () => {
      const rows = checkpoint.next(dice.between(1, 40));
      if (rows !== undefined) {
        this.#folds.perform([this.#store.addToRewrite(rows)]);
        return this.#port.later(dice.between(0, 5), step);
      }
      this.#folds.perform(this.#store.finishRewrite(checkpoint.mark));
      this.#isRewriting = false;
      checkpoint.end();
    };
    this.#port.later(0, step);
  }
}
