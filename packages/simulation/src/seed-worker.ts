/** A worker: runs the ranges of seeds that are posted to it, until `undefined` is. */
import { parentPort } from 'node:worker_threads';
import { runSeeds, type SeedRange } from './seed-run.js';

const port = parentPort;
if (port === null) throw new Error('this is run as a worker');
port.on('message', (range: SeedRange | undefined) => {
  if (range === undefined) return port.close();
  port.postMessage(runSeeds(range));
});
