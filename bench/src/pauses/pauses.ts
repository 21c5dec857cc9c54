/** The longest pauses of a tracker's event loop, measured within its process while it takes changes and folds them. */
import { builtPrograms, Cluster, Program } from '@p2p/harness';
import type { Benchmark, BenchmarkOptions } from '../benchmark.js';
import { registeredClients } from '../load/clients.js';
import { applyLoad } from '../load/load.js';
import { filesOf } from '../population/tracker-process.js';
import { type Figure, under } from '../report/figures.js';
import { withCluster } from '../with-cluster.js';
import { type Pauses, pausesOf, watchWords } from './watched.js';

const OUTSTANDING = 64;
const CLIENTS = 8;

export const pauses: Benchmark = {
  about: 'the longest pause of a tracker that takes changes, journals and folds them',
  run: (options) => withCluster(Cluster.create(2), (cluster) => measure(cluster, options)),
};

async function measure(cluster: Cluster, { tiny, say }: BenchmarkOptions): Promise<Figure[]> {
  const count = tiny ? 256 : 300_000;
  const trackers = [await startWatched(cluster, 1), await startWatched(cluster, 2)];
  await trackers[1]?.line((line) => line.includes('linked with tracker 1 '));
  const clients = await registeredClients(cluster, 1, { name: 'user', count: CLIENTS });
  const question = (index: number) => ({ type: 'create_group', group: `group-${index}` }) as const;
  say('warming up');
  await applyLoad({ clients, outstanding: OUTSTANDING, count: tiny ? 64 : 20_000, question });
  await Promise.all(trackers.map(pausesOf));
  say(`${count} changes at tracker 1`);
  const load = await applyLoad({
    clients,
    outstanding: OUTSTANDING,
    count,
    question: (index) => ({ type: 'create_group', group: `more-${index}` }),
  });
  const [first, second] = (await Promise.all(trackers.map(pausesOf))) as [Pauses, Pauses];
  return [
    { what: 'changes taken', value: load.count, unit: '' },
    { what: 'a second', value: load.count / load.seconds, unit: '/s' },
    { what: 'longest pause of the one that is asked', value: first.longestMs, unit: 'ms', wanted: under(50) },
    { what: '99.9 % of its turns', value: first.mostMs, unit: 'ms' },
    { what: 'its longest collection of garbage', value: first.longestCollectionMs, unit: 'ms' },
    { what: 'longest pause of the other one', value: second.longestMs, unit: 'ms', wanted: under(50) },
    { what: '99.9 % of its turns', value: second.mostMs, unit: 'ms' },
    { what: 'its longest collection of garbage', value: second.longestCollectionMs, unit: 'ms' },
    { what: 'worst wait of a client', value: load.latencies.worst, unit: 'ms' },
    { what: 'times the folded state was written anew', value: rewrites(cluster), unit: '' },
  ];
}

/** A tracker with loop-watch.ts in it. */
async function startWatched(cluster: Cluster, number: number): Promise<Program> {
  const tracker = cluster.own(
    new Program('tracker', {
      words: ['tracker_info.txt', String(number)],
      directory: cluster.directory,
      command: [process.execPath, ...watchWords, builtPrograms.tracker],
    }),
  );
  await tracker.line((line) => line.includes('listening on'));
  return tracker;
}

/** A rewritten folded state has the next number in its name. */
function rewrites(cluster: Cluster): number {
  const numbers = filesOf(cluster, 1).map(({ name }) => Number(/\.folded\.(\d+)\./.exec(name)?.[1] ?? 1));
  return Math.max(1, ...numbers) - 1;
}
