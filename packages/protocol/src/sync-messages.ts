/**
 * What trackers say to each other. Only a connection whose key is the cluster's own may speak it; on any other the
 * first of these messages is a violation. docs/REPLICATION.md tells the story, docs/PROTOCOL.md the fields.
 */
import * as z from 'zod';
import { bytesOf, entriesOf, peerAddress, rawBytes, userName } from './fields.js';
import { clusterId, count, deviceId, fileId, incarnationId, slotNumber, timeMs, userId } from './identifiers.js';
import {
  MAX_ANNOUNCED_FILES,
  MAX_ATTEMPTS_PER_MESSAGE,
  MAX_FAILED_LOG_INS,
  MAX_HOST_BYTES,
  MAX_INCARNATIONS,
  MAX_PEM_FILE_BYTES,
  MAX_REFUSAL_DETAIL_BYTES,
  MAX_TRACKERS,
} from './limits.js';
import { stamp, vector } from './operations.js';

/** When the last operation of each incarnation was made, as far as held: its number alone doesn't say which one it is. */
const lastStamps = entriesOf(incarnationId, z.object({ time: timeMs, count }), MAX_INCARNATIONS);

/** First message in both directions: who I am and what I have; each then sends what the other lacks. */
export const syncInit = z.object({
  type: z.literal('init'),
  protocol: z.int(),
  cluster: clusterId,
  slot: slotNumber,
  incarnation: incarnationId,
  /** Received and kept, not necessarily flushed: no acknowledgement. */
  have: vector,
  /** Of the last operations in `have`. */
  last: lastStamps,
  /** Whether this replica holds a greeting of every slot: it is part of the cluster's history. */
  joined: z.boolean(),
  wallClock: timeMs,
});
export type SyncInit = z.infer<typeof syncInit>;

/** Operations that the other lacks, each incarnation's without gaps, as the bytes in which their makers wrote them. */
export const syncOperations = z.object({ type: z.literal('sync'), operations: z.array(rawBytes) });
export type SyncOperations = z.infer<typeof syncOperations>;

/** How far the final operations go: their number, and the running digest over them. */
export const finalMark = z.object({ count, digest: bytesOf(32) });
export type FinalMark = z.infer<typeof finalMark>;

/**
 * Acknowledgement and news in one: what each incarnation is known to have flushed, the sender's own vector first of
 * all, and how far the sender's final operations go.
 */
export const syncVectors = z.object({
  type: z.literal('vec'),
  flushed: entriesOf(incarnationId, vector, MAX_TRACKERS),
  final: finalMark,
});
export type SyncVectors = z.infer<typeof syncVectors>;

/** Rows of the sender's folded state, for a replica that has to take it over; `rows` as in a folded file. */
export const syncSnapshot = z.object({ type: z.literal('snapshot'), rows: rawBytes });

/** Up to where operations are folded into rows: number, running digest, stamp of the last one, seqs per incarnation. */
export const foldMark = z.object({ ...finalMark.shape, stamp: stamp.nullable(), vector, last: lastStamps });
export type FoldMark = z.infer<typeof foldMark>;

/** All rows, and all operations behind them, have been sent. `clock`: a stamp that new operations have to pass. */
export const syncSnapshotEnd = z.object({ type: z.literal('snapshot_end'), mark: foldMark, clock: stamp });

/** A device's lease at the tracker it is connected to. A higher counter replaces all that was known of the device. */
export const deviceOnline = z.object({
  kind: z.literal('online'),
  device: deviceId,
  counter: count,
  /** Null while nobody is logged in. */
  user: userId.nullable(),
  address: peerAddress.nullable(),
  /** Whether its tracker could dial it at that address; null while that is not known. */
  reachable: z.boolean().nullable(),
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

/** For the tracker that `sharer` is connected to: it is to dial `device`, which is to be found at `address`. */
export const syncDial = z.object({
  type: z.literal('dial'),
  sharer: deviceId,
  device: deviceId,
  address: peerAddress,
});
export type SyncDial = z.infer<typeof syncDial>;

/** Where log-ins come from: a device that the account knows, or else an address (of IPv6 its first 64 bits). */
export const logInSource = z
  .string()
  .max(MAX_HOST_BYTES)
  .regex(/^[0-9a-z.:/]+$/);

/**
 * Wrong passwords for one account from one source: those at these times, and none of before `clearedAt`, when somebody
 * got in. What is told twice is the same, in any order.
 */
export const failedLogIns = z.object({
  /** The name that was typed, whether or not there is such a user. */
  account: userName,
  source: logInSource,
  failedAt: z.array(timeMs).max(MAX_FAILED_LOG_INS),
  clearedAt: timeMs,
});
export type FailedLogIns = z.infer<typeof failedLogIns>;

export const syncAttempts = z.object({
  type: z.literal('attempts'),
  changes: z.array(failedLogIns).max(MAX_ATTEMPTS_PER_MESSAGE),
});

/** The sender's key file, for a tracker that shows a former key: it doesn't know of the newer ones, or has others. */
export const syncKeys = z.object({ type: z.literal('keys'), file: z.string().max(MAX_PEM_FILE_BYTES) });

/** Liveness of the link, apart from anything that takes time. */
export const syncPing = z.object({ type: z.literal('ping') });
export const syncPong = z.object({ type: z.literal('pong') });

/** Says why this link is closed, where the operator of the other side can do something about it. */
export const syncRefuse = z.object({
  type: z.literal('refuse'),
  reason: z.enum([
    'other_cluster',
    'unsupported_version',
    'slot_taken',
    'not_in_tracker_info',
    'clock_skew',
    'histories_differ',
  ]),
  detail: z.string().max(MAX_REFUSAL_DETAIL_BYTES),
});
export type SyncRefuse = z.infer<typeof syncRefuse>;

export const syncMessage = z.discriminatedUnion('type', [
  syncInit,
  syncOperations,
  syncVectors,
  syncSnapshot,
  syncSnapshotEnd,
  syncPresence,
  syncDial,
  syncAttempts,
  syncKeys,
  syncPing,
  syncPong,
  syncRefuse,
]);
export type SyncMessage = z.infer<typeof syncMessage>;
