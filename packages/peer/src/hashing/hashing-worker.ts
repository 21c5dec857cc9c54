/** The program of a thread: does the tasks that are posted to it. */
import { parentPort } from 'node:worker_threads';
import { type HashingTask, performTask } from './hashing-task.js';

const port = parentPort;
if (port === null) throw new Error('this is run as a thread');
port.on('message', (task: HashingTask) => port.postMessage(performTask(task)));
