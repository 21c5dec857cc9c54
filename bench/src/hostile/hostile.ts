/** How long honest clients wait while a thousand hostile connections do their worst at the same tracker. */
import { Cluster } from '@p2p/harness';
import type { Benchmark, BenchmarkOptions } from '../benchmark.js';
import { memoryOf } from '../population/tracker-process.js';
import { type Figure, under } from '../report/figures.js';
import { Latencies } from '../report/latencies.js';
import { withCluster } from '../with-cluster.js';
import { Household } from './honest.js';
import { HostileProcess } from './hostile-process.js';

const PEOPLE = 16;
const PER_SECOND = 5;

export const hostile: Benchmark = {
  about: 'what honest clients wait while 1,000 hostile connections flood, trickle, guess and stay silent',
  run: (options) => withCluster(Cluster.start(2), (cluster) => measure(cluster, options)),
};

async function measure(cluster: Cluster, { tiny, say }: BenchmarkOptions): Promise<Figure[]> {
  const [connections, rounds, seconds] = tiny ? [16, 1, 1] : [1_000, 4, 10];
  say('people move in');
  const household = await Household.gather(cluster, tiny ? 4 : PEOPLE);
  const crowd = await HostileProcess.prepare(cluster, tiny ? 50 : undefined);
  await household.live(seconds, PER_SECOND);
  const [without, within] = [new Latencies(), new Latencies()];
  const before = memoryOf(cluster.tracker(1));
  let most = before;
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round}: in peace`);
    without.addAll(await household.live(seconds, PER_SECOND));
    say(`round ${round}: with ${connections} hostile connections`);
    await crowd.start(connections);
    const waits = await household.live(seconds, PER_SECOND);
    within.addAll(waits);
    most = Math.max(most, memoryOf(cluster.tracker(1)));
    say(`${await crowd.stop()} – 99 % ${waits.share(0.99).toFixed(1)} ms`);
  }
  household.close();
  return [
    { what: 'questions answered in peace', value: without.count, unit: '' },
    { what: 'their median', value: without.median, unit: 'ms' },
    { what: 'their 99 %', value: without.share(0.99), unit: 'ms' },
    { what: 'questions answered beside the crowd', value: within.count, unit: '' },
    { what: 'their median', value: within.median, unit: 'ms' },
    { what: 'their 99 %', value: within.share(0.99), unit: 'ms' },
    { what: 'the worst', value: within.worst, unit: 'ms' },
    {
      what: '99 % beside the crowd / in peace',
      value: within.share(0.99) / without.share(0.99),
      unit: '',
      wanted: under(3),
    },
    { what: 'memory of the tracker before', value: before, unit: 'MiB' },
    { what: 'at most', value: most, unit: 'MiB' },
  ];
}
