/** Hashes and writes the blocks of a {@link WorkerSink}, in a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Block, takeBlock } from './block-sink.js';

const fd: number = workerData;
parentPort?.on('message', (block: Block) => {
  takeBlock(fd, block);
  parentPort?.postMessage(undefined);
});
