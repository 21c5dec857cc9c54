/** A tracker that knows a large cluster is killed and started again: how long until it serves, and what it takes. */
import { Cluster, Program } from '@p2p/harness';
import type { Benchmark, BenchmarkOptions } from '../benchmark.js';
import { populate } from '../population/populate.js';
import { TellingTracker } from '../population/telling-tracker.js';
import { memoryOf, mibOf } from '../population/tracker-process.js';
import { type Figure, under } from '../report/figures.js';
import { withCluster } from '../with-cluster.js';

const STARTS = 3;

export const start: Benchmark = {
  about: 'from the start of a tracker that knows 1,000,000 users and 1,000,000 files until it listens',
  run: (options) => withCluster(Cluster.create(2), (cluster) => measure(cluster, options)),
};

async function measure(cluster: Cluster, { tiny, say }: BenchmarkOptions): Promise<Figure[]> {
  const users = tiny ? 200 : 1_000_000;
  const files = tiny ? 100 : 1_000_000;
  const tracker = await cluster.startTracker(1);
  const telling = await TellingTracker.link(cluster);
  say(`making ${users} users and ${files} files`);
  const begun = performance.now();
  await populate(telling, { users, files });
  const madeSeconds = (performance.now() - begun) / 1_000;
  const memoryBefore = memoryOf(tracker);
  // Not in good order: what is to be read then is a crash's.
  await tracker.kill();
  telling.close();
  let slowest = 0;
  let memory = 0;
  for (let round = 1; round <= STARTS; round++) {
    const startedAt = performance.now();
    const again = cluster.own(
      new Program('tracker', { words: ['tracker_info.txt', '1'], directory: cluster.directory }),
    );
    // Not by way of startTracker(): what takes longer than a test would wait is to be measured all the same.
    await again.output.find((line) => line.includes('listening on'));
    const seconds = (performance.now() - startedAt) / 1_000;
    say(`start ${round} of ${STARTS}: ${seconds.toFixed(2)} s`);
    slowest = Math.max(slowest, seconds);
    memory = memoryOf(again);
    await again.kill();
  }
  return [
    { what: 'users', value: users, unit: '' },
    { what: 'files', value: files, unit: '' },
    { what: `from its start until it listens: slowest of ${STARTS}`, value: slowest, unit: 's', wanted: under(10) },
    { what: 'memory when it listens', value: memory, unit: 'MiB' },
    { what: 'memory of the tracker that took them', value: memoryBefore, unit: 'MiB' },
    { what: 'data directory', value: mibOf(cluster, 1), unit: 'MiB' },
    { what: 'taken over the link between trackers', value: (users + files) / madeSeconds, unit: '/s' },
  ];
}
