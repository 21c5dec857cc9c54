/**
 * A tracker's disk: performs what the store says. While one group commit is being written the next one is collected;
 * the folded state has a queue of its own, so that it never holds up the journal. Fail-stop: after the first failure
 * nothing is written, and nothing is said to be flushed, any more.
 */
import { type EncodedOperation, FOLD_WRITE_INTERVAL_MS, JOURNAL_COMMIT_BYTES, REWRITE_SLICE_ROWS } from '@p2p/protocol';
import type { Checkpoint, FileCommand, ReplicaBase, ReplicaEffect, Store } from '@p2p/state';
import { diskFaultLine } from './disk-words.js';
import type { FilePerformer } from './file-performer.js';

type Effect<K extends ReplicaEffect['kind']> = Extract<ReplicaEffect, { kind: K }>;

export interface DiskOptions {
  readonly store: Store;
  readonly files: FilePerformer;
  /** Told once, with a line that says what is wrong and what to do. */
  readonly failed: (line: string) => void;
}

export class Disk {
  readonly #store: Store;
  readonly #files: FilePerformer;
  readonly #tellFailed: (line: string) => void;
  #tellFlushed: (upTo: number) => void = () => undefined;
  #hasFailed = false;
  #isClosed = false;
  /** What is to be persisted and is not being written yet. */
  #waiting: Effect<'persist'>[] = [];
  /** The group commits under way; resolved when there are none. */
  #committing: Promise<void> | undefined;
  /** All that is being done to the folded state. */
  #folding: Promise<void> = Promise.resolve();
  #foldTimer: NodeJS.Timeout | undefined;
  #rewriting: Checkpoint | 'due' | undefined;

  constructor({ store, files, failed }: DiskOptions) {
    this.#store = store;
    this.#files = files;
    this.#tellFailed = failed;
  }

  onFlushed(listener: (upTo: number) => void): void {
    this.#tellFlushed = listener;
  }

  persist(effect: Effect<'persist'>): void {
    if (this.#isClosed) return;
    this.#waiting.push(effect);
    this.#committing ??= this.#commitAll();
  }

  fold({ rows, mark }: Effect<'fold'>, checkpoint: () => Checkpoint): void {
    if (this.#isClosed) return;
    this.#performFolding(this.#store.appendFold(rows, mark));
    this.#foldTimer ??= setTimeout(() => this.#writeFold(), FOLD_WRITE_INTERVAL_MS).unref();
    if (!this.#store.wantsRewrite || this.#rewriting !== undefined) return;
    this.#rewriting = 'due';
    // Not here: what was folded in the same step as this is still to be told.
    setImmediate(() => {
      if (this.#rewriting === 'due') void this.#rewrite(checkpoint());
    });
  }

  /**
   * Puts a base in the place of all that was kept. Resolves when it is safe, and never where the disk fails. What was to
   * be persisted before is not written any more.
   */
  async install(base: ReplicaBase): Promise<void> {
    this.#waiting = [];
    this.#stopFolding();
    await this.#committing;
    await this.#folding;
    const isDone = await this.#perform(this.#store.install(base));
    if (!isDone) await new Promise(() => undefined);
  }

  /** Writes what has been collected, and ends. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopFolding();
    await this.#committing;
    if (!this.#hasFailed) this.#performFolding(this.#store.writeFold());
    await this.#folding;
    await this.#files.close();
  }

  async #commitAll(): Promise<void> {
    // All that arrives in this turn of the loop goes into one commit.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0 && !this.#hasFailed) {
      const { operations, upTo } = this.#nextCommit();
      const isDone = await this.#perform(this.#store.appendOperations(operations));
      if (isDone) this.#tellFlushed(upTo);
    }
    this.#committing = undefined;
  }

  #nextCommit(): { readonly operations: readonly EncodedOperation[]; readonly upTo: number } {
    const operations: EncodedOperation[] = [];
    let [taken, bytes, upTo] = [0, 0, 0];
    for (const effect of this.#waiting) {
      if (bytes >= JOURNAL_COMMIT_BYTES) break;
      for (const encoded of effect.operations) {
        operations.push(encoded);
        bytes += encoded.bytes.length;
      }
      upTo = effect.upTo;
      taken += 1;
    }
    this.#waiting = this.#waiting.slice(taken);
    return { operations, upTo };
  }

  #writeFold(): void {
    this.#foldTimer = undefined;
    this.#performFolding(this.#store.writeFold());
  }

  /** Slice by slice, each when the one before is written: others have their turn, and memory stays bounded. */
  async #rewrite(checkpoint: Checkpoint): Promise<void> {
    this.#rewriting = checkpoint;
    this.#performFolding(this.#store.beginRewrite());
    for (;;) {
      await this.#folding;
      if (this.#rewriting !== checkpoint || this.#hasFailed) break;
      const rows = checkpoint.next(REWRITE_SLICE_ROWS);
      if (rows === undefined) {
        this.#performFolding(this.#store.finishRewrite(checkpoint.mark));
        this.#rewriting = undefined;
        break;
      }
      this.#performFolding([this.#store.addToRewrite(rows)]);
    }
    checkpoint.end();
  }

  #stopFolding(): void {
    clearTimeout(this.#foldTimer);
    this.#foldTimer = undefined;
    this.#rewriting = undefined;
  }

  #performFolding(commands: readonly FileCommand[]): void {
    if (commands.length > 0) this.#folding = this.#folding.then(() => this.#perform(commands)).then(() => undefined);
  }

  /** False where it has failed, now or before. */
  async #perform(commands: Iterable<FileCommand>): Promise<boolean> {
    try {
      for (const command of commands) {
        if (this.#hasFailed) return false;
        await this.#files.perform(command);
      }
      return !this.#hasFailed;
    } catch (error) {
      const line = diskFaultLine(error);
      if (!this.#hasFailed) this.#tellFailed(line);
      this.#hasFailed = true;
      return false;
    }
  }
}
