/** A cluster for one test alone, which goes when the test ends, however it ends. */
import { Cluster } from '@p2p/harness';
import { onTestFinished } from 'vitest';

/** All of its trackers run, but for `idle` ones. */
export async function ownCluster(size: number, trackers: 'running' | 'idle' = 'running'): Promise<Cluster> {
  const cluster = await (trackers === 'running' ? Cluster.start(size) : Cluster.create(size));
  onTestFinished(() => cluster.stop());
  return cluster;
}
