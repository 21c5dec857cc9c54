/**
 * The threads that verify and write pieces, and hash files: begun when they are needed. Pieces come by way of the main
 * thread, which needs a core as well; who hashes a file has them all. What a thread was given when it died has failed;
 * the next task gets a new one.
 */
import { availableParallelism } from 'node:os';
import { MAX_UNKEPT_BYTES } from '@p2p/protocol';
import { PooledBuffers } from '../sharing/pooled-buffers.js';
import type { HashingResult, HashingTask, HashResult, HashTask, KeepResult, KeepTask } from './hashing-task.js';
import { type HashingThread, type StartThread, startThread } from './hashing-thread.js';

export interface HashingPoolOptions {
  /** For pieces; a file is hashed by one more. */
  readonly threads?: number;
  readonly start?: StartThread;
}

interface Waiting {
  readonly byteCount: number;
  resolve(result: HashingResult): void;
  reject(error: Error): void;
}

/** A thread, and what it was given, in order. */
interface Lane {
  readonly thread: HashingThread;
  readonly waiting: Waiting[];
}

export class HashingPool {
  readonly buffers = new PooledBuffers();
  readonly #most: number;
  readonly #start: StartThread;
  readonly #lanes = new Set<Lane>();
  /** Of all tasks that are not done. */
  #waitingBytes = 0;
  #forRoom: (() => void)[] = [];

  constructor({ threads = Math.max(1, availableParallelism() - 1), start = startThread }: HashingPoolOptions = {}) {
    this.#most = threads;
    this.#start = start;
  }

  /** There will be something to do: a thread takes longer to begin than a small file takes to come. */
  getReady(): void {
    if (this.#lanes.size === 0) this.#begin();
  }

  /** Whether so much waits that no more should come. */
  get isFull(): boolean {
    return this.#waitingBytes >= MAX_UNKEPT_BYTES;
  }

  /** Calls `then` once, as soon as enough is done. */
  whenRoom(then: () => void): void {
    this.#forRoom.push(then);
  }

  /** Tasks that are done at the same time where a file is hashed. */
  get hashThreads(): number {
    return this.#most + 1;
  }

  /** Rejects where the thread that has it dies. */
  async keep(task: KeepTask): Promise<KeepResult> {
    const result = await this.#run(task, this.#most);
    if (result.is === 'kept' || result.is === 'wrong' || result.is === 'unwritable') return result;
    throw new Error(`a piece was ${result.is}`);
  }

  /** Rejects where the thread that has it dies. */
  async hash(task: HashTask): Promise<HashResult> {
    const result = await this.#run(task, this.hashThreads);
    if (result.is === 'hashed' || result.is === 'cut' || result.is === 'unreadable') return result;
    throw new Error(`pieces of a file were ${result.is}`);
  }

  #run(task: HashingTask, mostThreads: number): Promise<HashingResult> {
    return new Promise((resolve, reject) => {
      const lane = this.#leastBusy(mostThreads);
      const byteCount = 'bytes' in task ? task.bytes.length : 0;
      lane.waiting.push({ byteCount, resolve, reject });
      this.#waitingBytes += byteCount;
      if (lane.waiting.length === 1) lane.thread.hold(true);
      lane.thread.post(task);
    });
  }

  /** What is not done fails. */
  async close(): Promise<void> {
    const lanes = [...this.#lanes];
    for (const lane of lanes) this.#end(lane, new Error('the threads are stopped'));
    await Promise.all(lanes.map(({ thread }) => thread.stop()));
  }

  #leastBusy(mostThreads: number): Lane {
    let least: Lane | undefined;
    for (const lane of this.#lanes) {
      if (least === undefined || lane.waiting.length < least.waiting.length) least = lane;
    }
    if (least === undefined || (least.waiting.length > 0 && this.#lanes.size < mostThreads)) return this.#begin();
    return least;
  }

  #begin(): Lane {
    const thread = this.#start({
      done: (result) => {
        const done = lane.waiting.shift();
        if (lane.waiting.length === 0) thread.hold(false);
        done?.resolve(result);
        this.#leave(done?.byteCount ?? 0);
      },
      died: (error) => this.#end(lane, error),
    });
    const lane: Lane = { thread, waiting: [] };
    this.#lanes.add(lane);
    return lane;
  }

  #end(lane: Lane, error: Error): void {
    if (!this.#lanes.delete(lane)) return;
    for (const { byteCount, reject } of lane.waiting.splice(0)) {
      reject(error);
      this.#leave(byteCount);
    }
  }

  #leave(byteCount: number): void {
    this.#waitingBytes -= byteCount;
    if (this.#waitingBytes > MAX_UNKEPT_BYTES / 2) return;
    for (const then of this.#forRoom.splice(0)) then();
  }
}
