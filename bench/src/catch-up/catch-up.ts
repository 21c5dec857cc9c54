/** A tracker was away while another one went on; it comes back and catches up, and the other one goes on serving. */
import { Cluster, Program } from '@p2p/harness';
import type { Benchmark, BenchmarkOptions } from '../benchmark.js';
import { identityIn, registeredClients } from '../load/clients.js';
import { applyLoad } from '../load/load.js';
import { TrackerClient } from '../load/tracker-client.js';
import { memoryOf } from '../population/tracker-process.js';
import { type Figure, under } from '../report/figures.js';
import { withCluster } from '../with-cluster.js';
import { Probe } from './probe.js';

const OUTSTANDING = 256;
const CLIENTS = 8;
/** Longer than anything that is wanted; then something is wrong. */
const PATIENCE_MS = 10 * 60_000;

export const catchUp: Benchmark = {
  about: 'a tracker that was away catches up 1,000,000 operations while the other one serves',
  run: (options) => withCluster(Cluster.start(2), (cluster) => measure(cluster, options)),
};

async function measure(cluster: Cluster, { tiny, say }: BenchmarkOptions): Promise<Figure[]> {
  const count = tiny ? 512 : 1_000_000;
  const clients = await registeredClients(cluster, 1, { name: 'user', count: CLIENTS });
  await cluster.tracker(2).stop();
  say(`${count} changes without tracker 2`);
  const question = (index: number) => ({ type: 'create_group', group: `group-${index}` }) as const;
  const alone = await applyLoad({ clients, outstanding: OUTSTANDING, count, question });
  const [first, second] = clients as [TrackerClient, TrackerClient];
  const reading = Probe.start(first, () => ({ type: 'whoami' }));
  const changing = Probe.start(second, (index) => ({ type: 'create_group', group: `meanwhile-${index}` }));
  say('tracker 2 comes back');
  const begun = performance.now();
  const returned = cluster.own(
    new Program('tracker', { words: ['tracker_info.txt', '2'], directory: cluster.directory }),
  );
  // Not by way of line(): what takes longer than anybody should wait is to be measured all the same.
  await returned.output.find((line) => line.includes('linked with tracker 1 '));
  const linkedSeconds = (performance.now() - begun) / 1_000;
  say(`linked after ${linkedSeconds.toFixed(1)} s`);
  await digestsEqual(cluster, count);
  const equalSeconds = (performance.now() - begun) / 1_000;
  const reads = await reading.end();
  const changes = await changing.end();
  return [
    { what: 'operations that it lacked', value: count, unit: '' },
    { what: 'until it is linked', value: linkedSeconds, unit: 's', wanted: under(60) },
    { what: 'until all is final, digests equal', value: equalSeconds, unit: 's' },
    { what: 'meanwhile at the other: questions answered', value: reads.count, unit: '' },
    { what: 'their median', value: reads.median, unit: 'ms' },
    { what: 'their 99 %', value: reads.share(0.99), unit: 'ms' },
    { what: 'their worst', value: reads.worst, unit: 'ms' },
    { what: 'meanwhile at the other: changes answered', value: changes.count, unit: '' },
    { what: 'their median', value: changes.median, unit: 'ms' },
    { what: 'their 99 %', value: changes.share(0.99), unit: 'ms' },
    { what: 'their worst', value: changes.worst, unit: 'ms' },
    { what: 'changes a second while it was away', value: alone.count / alone.seconds, unit: '/s' },
    { what: 'memory of the one that went on', value: memoryOf(cluster.tracker(1)), unit: 'MiB' },
    { what: 'memory of the one that caught up', value: memoryOf(returned), unit: 'MiB' },
  ];
}

/** Until both trackers say the same of more than `count` operations. */
async function digestsEqual(cluster: Cluster, count: number): Promise<void> {
  const observers = [1, 2].map(async (number) =>
    TrackerClient.connect(await identityIn(cluster, `observer${number}`), cluster.port(number)),
  );
  const clients = await Promise.all(observers);
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    if (performance.now() > deadline) throw new Error('the trackers never came to the same digest');
    const [first, second] = await Promise.all(clients.map((client) => client.succeed({ type: 'status' })));
    if (first?.type !== 'status.ok' || second?.type !== 'status.ok') throw new Error('no status');
    if (first.operations >= count && first.operations === second.operations && first.digest === second.digest) break;
  }
  for (const client of clients) client.close();
}
