/** A thread that does tasks one after the other. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type HashingResult, type HashingTask, performTask } from './hashing-task.js';

export interface ThreadHandlers {
  /** Of the tasks that were posted the one that is done comes in their order. */
  done(result: HashingResult): void;
  /** Nothing more is done. */
  died(error: Error): void;
}

export interface HashingThread {
  post(task: HashingTask): void;
  /** Whether the process stays alive for it. */
  hold(isHeld: boolean): void;
  stop(): Promise<void>;
}

export type StartThread = (handlers: ThreadHandlers) => HashingThread;

/** As it lies beside what this package is built to. */
const program = new URL('./hashing/hashing-worker.js', import.meta.url);

/** Where the package runs from its sources there is no program for a thread, and the main one does the work. */
export const startThread: StartThread = (handlers) =>
  existsSync(fileURLToPath(program)) ? startWorker(program, handlers) : new MainThread(handlers);

export function startWorker(code: URL, handlers: ThreadHandlers): HashingThread {
  // It makes little besides what is shared with it, and a heap of the ordinary kind would take its time to find out.
  const worker = new Worker(code, { resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 } });
  worker.unref();
  worker.on('message', (result: HashingResult) => handlers.done(result));
  worker.on('error', (error) => handlers.died(error));
  worker.on('exit', () => handlers.died(new Error('a thread has ended')));
  return {
    post: (task) => worker.postMessage(task),
    hold: (isHeld) => (isHeld ? worker.ref() : worker.unref()),
    stop: async () => {
      await worker.terminate();
    },
  };
}

class MainThread implements HashingThread {
  readonly #handlers: ThreadHandlers;

  constructor(handlers: ThreadHandlers) {
    this.#handlers = handlers;
  }

  post(task: HashingTask): void {
    setImmediate(() => this.#handlers.done(performTask(task)));
  }

  hold(): void {}

  async stop(): Promise<void> {}
}
