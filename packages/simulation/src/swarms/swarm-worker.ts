/** A worker: runs the swarms that are posted to it, until `undefined` is. */
import { parentPort } from 'node:worker_threads';
import { runJob, type SwarmJob } from './swarm-run.js';

const port = parentPort;
if (port === null) throw new Error('this is run as a worker');
port.on('message', (job: SwarmJob | undefined) => {
  if (job === undefined) return port.close();
  port.postMessage(runJob(job));
});
