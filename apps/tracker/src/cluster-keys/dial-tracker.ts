/** Dials a tracker of the own cluster, whichever of the cluster's keys it has. */
import { TRACKER_DIAL_TIMEOUT_MS, type TrackerEntry } from '@p2p/protocol';
import { type Dialled, dialSecure } from '@p2p/transport';
import type { ClusterKeys } from './cluster-keys.js';

export interface DialTrackerOptions {
  readonly maxFrameBytes: number;
  readonly signal?: AbortSignal;
}

/**
 * Shows the newest key and asks for it. A tracker that was away while it was made shows a former one, and would take who
 * shows the newer one for a client: then that former one is shown. Takes TRACKER_DIAL_TIMEOUT_MS for each key at most.
 */
export async function dialTracker(
  keys: ClusterKeys,
  { host, port }: TrackerEntry,
  options: DialTrackerOptions,
): Promise<Dialled> {
  let first: Dialled | undefined;
  for (const identity of keys.inForce) {
    const expectKey = identity.id;
    const timeoutMs = TRACKER_DIAL_TIMEOUT_MS;
    const shown = { identity, expectKey, askForKey: expectKey };
    const dialled = await dialSecure({ ...options, ...shown, host, port, timeoutMs, comesFirst: true });
    if (dialled.ok || dialled.reason !== 'wrong_identity') return dialled;
    // What it shows to who asks for a key that it hasn't is the one that counts there.
    first ??= dialled;
  }
  if (first === undefined) throw new Error('there is always a key in force');
  return first;
}
