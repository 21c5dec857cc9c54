/** Waits until the trackers of a cluster are one again: everybody linked, the same operations, the same digest. */
import type { ClientProgram } from '@p2p/harness';

export interface TrackerRow {
  readonly number: number;
  readonly reachable: boolean;
  readonly current: boolean;
  readonly linked: readonly number[];
  readonly operations: number | null;
  readonly digest: string | null;
}

/** The rows of `trackers` once all agree. Throws where they never do. */
export async function untilAgreed(client: ClientProgram): Promise<readonly TrackerRow[]> {
  const { trackers } = await client.until('trackers', ({ trackers: rows }) => agree(rows));
  return trackers;
}

function agree(rows: readonly TrackerRow[]): boolean {
  const [first] = rows;
  return rows.every(
    ({ reachable, linked, operations, digest }) =>
      reachable &&
      linked.length === rows.length - 1 &&
      operations === first?.operations &&
      digest === first?.digest &&
      digest !== null,
  );
}
