/** Whether another tracker's INIT is one to link with, and what to tell its operator where it is not. */
import { MAX_CLOCK_SKEW_MS, PROTOCOL_VERSION, type SyncInit, type SyncRefuse } from '@p2p/protocol';
import type { ReplicaOptions } from './interface.js';

export function judgeInit(
  own: ReplicaOptions,
  init: SyncInit,
  now: number,
): Pick<SyncRefuse, 'reason' | 'detail'> | undefined {
  if (init.cluster !== own.cluster) {
    return {
      reason: 'other_cluster',
      detail: `the clusters differ: ${own.cluster} here, ${init.cluster} there; copy cluster.key from one to the other`,
    };
  }
  if (init.protocol !== PROTOCOL_VERSION) {
    return {
      reason: 'unsupported_version',
      detail: `protocol ${PROTOCOL_VERSION} here, ${init.protocol} there; run the same release on both`,
    };
  }
  if (init.slot === own.slot) {
    return {
      reason: 'slot_taken',
      detail: `both say that they are tracker ${own.slot}; start one with its own number`,
    };
  }
  if (!own.slots.includes(init.slot)) {
    return {
      reason: 'not_in_tracker_info',
      detail: `tracker_info.txt here has no line ${init.slot}; use the same file on both`,
    };
  }
  const skewMs = Math.abs(init.wallClock - now);
  if (skewMs > MAX_CLOCK_SKEW_MS) {
    return { reason: 'clock_skew', detail: `the clocks differ by ${Math.round(skewMs / 1000)} s; set both right` };
  }
  return undefined;
}
