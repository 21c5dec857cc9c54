/**
 * What trackers say to each other. Only a connection whose key is the cluster's own may speak it; on any other the
 * first of these messages is a violation. docs/REPLICATION.md tells the story, docs/PROTOCOL.md the fields.
 */
import { z } from 'zod';
import { peerAddress } from './fields.js';
import { clusterId, count, deviceId, fileId, incarnationId, slotNumber, timeMs, userId } from './identifiers.js';
import { MAX_ANNOUNCED_FILES, MAX_REFUSAL_DETAIL_BYTES } from './limits.js';
import { operation, vector } from './operations.js';

/** First message in both directions: who I am and what I have; each then sends what the other lacks. */
export const syncInit = z.object({
  type: z.literal('init'),
  protocol: z.int(),
  cluster: clusterId,
  slot: slotNumber,
  incarnation: incarnationId,
  have: vector,
  /** Whether this replica has ever held another tracker's operations. */
  joined: z.boolean(),
  wallClock: timeMs,
});
export type SyncInit = z.infer<typeof syncInit>;

/** Operations that the other lacks, each incarnation's without gaps. */
export const syncOperations = z.object({ type: z.literal('sync'), operations: z.array(operation) });
export type SyncOperations = z.infer<typeof syncOperations>;

/** Acknowledgement: everything up to here is held by the sender. */
export const syncVector = z.object({ type: z.literal('vec'), have: vector });
export type SyncVector = z.infer<typeof syncVector>;

/** A device's lease at the tracker it is connected to. A higher counter replaces all that was known of the device. */
export const deviceOnline = z.object({
  kind: z.literal('online'),
  device: deviceId,
  counter: count,
  /** Null while nobody is logged in. */
  user: userId.nullable(),
  address: peerAddress.nullable(),
  leaseMs: count,
});

/** What a device serves, as a change against what it served before under the same counter. */
export const deviceShares = z.object({
  kind: z.literal('shares'),
  device: deviceId,
  counter: count,
  add: z.array(z.object({ file: fileId, complete: z.boolean() })).max(MAX_ANNOUNCED_FILES),
  remove: z.array(fileId).max(MAX_ANNOUNCED_FILES),
});

export const deviceOffline = z.object({ kind: z.literal('offline'), device: deviceId, counter: count });

export const presenceChange = z.discriminatedUnion('kind', [deviceOnline, deviceShares, deviceOffline]);
export type PresenceChange = z.infer<typeof presenceChange>;

export const syncPresence = z.object({ type: z.literal('presence'), changes: z.array(presenceChange) });

/** Liveness of the link, apart from anything that takes time. */
export const syncPing = z.object({ type: z.literal('ping') });
export const syncPong = z.object({ type: z.literal('pong') });

/** Says why this link is closed, where the operator of the other side can do something about it. */
export const syncRefuse = z.object({
  type: z.literal('refuse'),
  reason: z.enum(['other_cluster', 'unsupported_version', 'slot_taken', 'not_in_tracker_info', 'clock_skew']),
  detail: z.string().max(MAX_REFUSAL_DETAIL_BYTES),
});
export type SyncRefuse = z.infer<typeof syncRefuse>;

export const syncMessage = z.discriminatedUnion('type', [
  syncInit,
  syncOperations,
  syncVector,
  syncPresence,
  syncPing,
  syncPong,
  syncRefuse,
]);
export type SyncMessage = z.infer<typeof syncMessage>;
