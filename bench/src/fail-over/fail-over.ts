/**
 * From the moment a tracker dies, or hangs, until the next command of its client has succeeded. The client is the whole
 * program, and the command one that changes something.
 */
import { setTimeout } from 'node:timers/promises';
import { type ClientProgram, Cluster, registered } from '@p2p/harness';
import type { Benchmark, BenchmarkOptions } from '../benchmark.js';
import { type Figure, under } from '../report/figures.js';
import { Latencies } from '../report/latencies.js';
import { withCluster } from '../with-cluster.js';

/** After both trackers are linked again, so that the next death doesn't meet a restart still under way. */
const CALM_MS = 200;

/** About half of what a command takes. */
const MIDWAY_MS = 1;

export const failOver: Benchmark = {
  about: 'from kill -9, or SIGSTOP, of the tracker in use to the next successful command',
  run: (options) => withCluster(Cluster.start(2), (cluster) => measure(cluster, options)),
};

async function measure(cluster: Cluster, { tiny, say }: BenchmarkOptions): Promise<Figure[]> {
  const client = await registered(cluster, 'ann');
  const killed = new Latencies();
  const hung = new Latencies();
  const deaths = tiny ? 2 : 50;
  const hangs = tiny ? 1 : 5;
  for (let death = 1; death <= deaths; death++) {
    // Every second time in the middle of a command, of which nobody knows how far it has come.
    const milliseconds = await kill(cluster, client, { group: `killed-${death}`, midway: death % 2 === 0 });
    killed.add(milliseconds);
    say(`kill ${death} of ${deaths}: ${Math.round(milliseconds)} ms`);
  }
  for (let hang = 1; hang <= hangs; hang++) {
    const milliseconds = await stop(cluster, client, `hung-${hang}`);
    hung.add(milliseconds);
    say(`hang ${hang} of ${hangs}: ${Math.round(milliseconds)} ms`);
  }
  return [
    { what: 'kills', value: killed.count, unit: '' },
    { what: 'kill -9 to the next success: median', value: killed.median, unit: 'ms', wanted: under(250) },
    { what: 'kill -9 to the next success: worst', value: killed.worst, unit: 'ms', wanted: under(1_000) },
    { what: 'hangs', value: hung.count, unit: '' },
    { what: 'SIGSTOP to the next success: median', value: hung.median, unit: 'ms' },
    { what: 'SIGSTOP to the next success: worst', value: hung.worst, unit: 'ms', wanted: under(4_000) },
  ];
}

/** Kills the tracker in use, and starts it again from its data directory. */
async function kill(
  cluster: Cluster,
  client: ClientProgram,
  { group, midway }: { readonly group: string; readonly midway: boolean },
): Promise<number> {
  const number = await trackerInUse(client);
  const early = midway ? client.succeed(`create_group ${group}`) : undefined;
  if (midway) await setTimeout(MIDWAY_MS);
  const begun = performance.now();
  cluster.tracker(number).signal('SIGKILL');
  await early;
  await client.succeed(`create_group ${group}-next`);
  const milliseconds = performance.now() - begun;
  await cluster.tracker(number).ended;
  await cluster.startTracker(number);
  await linkedAgain(client);
  return milliseconds;
}

/** Stops the tracker in use as a machine that hangs would: its sockets stay open and say nothing. */
async function stop(cluster: Cluster, client: ClientProgram, group: string): Promise<number> {
  const tracker = cluster.tracker(await trackerInUse(client));
  const begun = performance.now();
  tracker.signal('SIGSTOP');
  await client.succeed(`create_group ${group}`);
  const milliseconds = performance.now() - begun;
  tracker.signal('SIGCONT');
  await linkedAgain(client);
  return milliseconds;
}

async function trackerInUse(client: ClientProgram): Promise<number> {
  const { tracker } = await client.succeed('whoami');
  return tracker;
}

async function linkedAgain(client: ClientProgram): Promise<void> {
  await client.until('trackers', ({ trackers }) =>
    trackers.every(({ linked }: { linked: readonly number[] }) => linked.length > 0),
  );
  await setTimeout(CALM_MS);
}
