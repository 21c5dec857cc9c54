/** A cluster for as long as it is measured. Where that fails, what the trackers have said is shown. */
import type { Cluster } from '@p2p/harness';

export async function withCluster<R>(
  starting: Promise<Cluster>,
  measure: (cluster: Cluster) => Promise<R>,
): Promise<R> {
  const cluster = await starting;
  try {
    return await measure(cluster);
  } catch (error) {
    for (const number of [1, 2]) process.stderr.write(`${transcriptOf(cluster, number)}\n`);
    throw error;
  } finally {
    await cluster.stop();
  }
}

function transcriptOf(cluster: Cluster, number: number): string {
  try {
    return cluster.tracker(number).transcript();
  } catch {
    return `tracker ${number} was never started by this cluster`;
  }
}
