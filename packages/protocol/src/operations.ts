/**
 * An operation is the unit that trackers agree on: made once by the tracker that took the request, the same bytes
 * everywhere after. What each does to the state is `@p2p/state`'s matter.
 */
import * as z from 'zod';
import { pack, unpack, unpackOwn, untilFirstFault } from './codec.js';
import { toldName } from './fields.js';
import {
  contentRoot,
  count,
  deviceId,
  fileId,
  groupId,
  type IncarnationId,
  incarnationId,
  isCount,
  isIncarnationId,
  requestId,
  sessionId,
  slotNumber,
  timeMs,
  userId,
} from './identifiers.js';
import {
  MAX_CREDENTIAL_BYTES,
  MAX_FILE_BYTES,
  MAX_INCARNATIONS,
  MAX_OPERATION_VALUES,
  MAX_PIECE_BYTES,
  MIN_PIECE_BYTES,
} from './limits.js';

/** A memory-hard password hash as a PHC string. */
export const credential = z.string().min(1).max(MAX_CREDENTIAL_BYTES);

export const fileBytes = z.int().min(0).max(MAX_FILE_BYTES);

export const pieceLength = z
  .int()
  .min(MIN_PIECE_BYTES)
  .max(MAX_PIECE_BYTES)
  .refine((bytes) => (bytes & (bytes - 1)) === 0, { error: 'a piece length is a power of two' });

/**
 * A hybrid logical time: `time` follows the wall clock (ms) but never goes back, `count` orders what falls into one
 * millisecond, the incarnation breaks ties between trackers. Compared in that order it is one total order for all.
 * Kulkarni et al., "Logical Physical Clocks", 2014.
 */
export const stamp = z.object({ time: timeMs, count, incarnation: incarnationId });
export type Stamp = z.infer<typeof stamp>;

/** Negative where `a` comes first. Time, then count, then incarnation: no two operations are ever equal. */
export function compareStamps(a: Stamp, b: Stamp): number {
  if (a.time !== b.time) return a.time - b.time;
  if (a.count !== b.count) return a.count - b.count;
  return a.incarnation < b.incarnation ? -1 : a.incarnation > b.incarnation ? 1 : 0;
}

/** What a slot's change rests on: nothing that its maker didn't know is undone by it. */
const slotChange = {
  replaces: z.array(incarnationId).max(MAX_INCARNATIONS).optional(),
  answers: z.array(requestId).max(MAX_INCARNATIONS).optional(),
};

/**
 * What happened. Entities are named by id, never by name; an entity's id is the id of the request that made it. The
 * names of new ones were checked by the tracker that took the request, and are the same on every other, whatever
 * Unicode that one knows.
 */
export const operationBody = z.discriminatedUnion('kind', [
  /**
   * An incarnation takes its slot. It stands for those that it `replaces`, and for those who were to begin anew by the
   * requests that it `answers`.
   */
  z.object({ kind: z.literal('hello'), slot: slotNumber, ...slotChange }),
  /** Somebody at this slot is to begin anew: nothing is final until he has greeted. */
  z.object({ kind: z.literal('vacate'), slot: slotNumber }),
  /** A tracker never comes back: nobody waits for these any more. Should it come back, it begins anew. */
  z.object({ kind: z.literal('retire'), slot: slotNumber, ...slotChange }),
  z.object({ kind: z.literal('create_user'), user: userId, name: toldName, credential }),
  z.object({
    kind: z.literal('set_credential'),
    user: userId,
    credential,
    /** The credential that the old password was checked against: the request that set it. */
    replaces: requestId,
    /** Goes on although the credential it was checked against is replaced. */
    session: sessionId,
  }),
  /** Whoever runs a tracker has given the user another password: all sessions end. */
  z.object({ kind: z.literal('reset_credential'), user: userId, credential }),
  z.object({
    kind: z.literal('open_session'),
    session: sessionId,
    user: userId,
    device: deviceId,
    /** The credential that was checked: the request that set it. The session counts only while it is current. */
    credentialVersion: requestId,
    expires: timeMs,
    /** When the password was checked, by the clock of the tracker that did it: what has run out by then makes room. */
    at: timeMs,
    /** What the device calls itself. */
    deviceName: toldName.optional(),
    /** The session that the device has shown until then: it ends. */
    replaces: sessionId.optional(),
  }),
  z.object({ kind: z.literal('close_session'), session: sessionId }),
  /** The session was in use at this time. */
  z.object({ kind: z.literal('see_session'), session: sessionId, at: timeMs }),
  /** All sessions of the user on this device end, whichever tracker opened them. */
  z.object({ kind: z.literal('revoke_device'), user: userId, device: deviceId }),
  z.object({ kind: z.literal('create_group'), group: groupId, name: toldName, owner: userId }),
  z.object({ kind: z.literal('delete_group'), group: groupId }),
  z.object({ kind: z.literal('request_membership'), group: groupId, user: userId }),
  z.object({ kind: z.literal('reject_membership'), group: groupId, user: userId }),
  z.object({ kind: z.literal('accept_membership'), group: groupId, user: userId }),
  /** Leaving and being removed alike. */
  z.object({ kind: z.literal('end_membership'), group: groupId, user: userId }),
  z.object({ kind: z.literal('add_owner'), group: groupId, user: userId }),
  z.object({ kind: z.literal('remove_owner'), group: groupId, user: userId }),
  z.object({
    kind: z.literal('share_file'),
    file: fileId,
    group: groupId,
    name: toldName,
    by: userId,
    bytes: fileBytes,
    pieceLength,
    root: contentRoot,
  }),
  z.object({ kind: z.literal('remove_file'), file: fileId }),
]);
export type OperationBody = z.infer<typeof operationBody>;
export type OperationKind = OperationBody['kind'];

/**
 * `reject`: refused by `apply` where it no longer fits (nobody has been answered yet). `keep`: somebody may have been
 * answered, so it always takes effect, under another name if need be.
 */
export const operationMode = z.enum(['reject', 'keep']);
export type OperationMode = z.infer<typeof operationMode>;

export const operation = z.object({
  stamp,
  /** Counts the incarnation's own operations from 1 without gaps. */
  seq: z.int().min(1),
  requestId,
  mode: operationMode,
  /** Another operation of this request comes before this one, which only says that it has to be kept. */
  repeats: z.literal(true).optional(),
  /** Who asked, for the audit; null for a tracker itself or somebody who has no account yet. */
  actor: userId.nullable(),
  body: operationBody,
});
export type Operation = z.infer<typeof operation>;

/**
 * An operation with the bytes in which its maker wrote it. Those bytes are journalled, sent and hashed everywhere, so
 * that no two trackers can differ in how they write it down.
 */
export interface EncodedOperation {
  readonly operation: Operation;
  readonly bytes: Uint8Array;
}

export function encodeOperation(operation: Operation): EncodedOperation {
  // A copy of its own size: the encoder's buffer is shared, and a small operation must not keep a large one alive.
  return { operation, bytes: Uint8Array.from(pack(operation)) };
}

/** The operation in bytes from one's own disk, see {@link unpackOwn}. */
export function decodeOwnOperation(bytes: Uint8Array): Operation {
  return unpackOwn(bytes) as Operation;
}

/** The operation in these bytes, or undefined where they hold none. */
export function decodeOperation(bytes: Uint8Array): EncodedOperation | undefined {
  const parsed = operation.safeParse(unpack(bytes, MAX_OPERATION_VALUES), untilFirstFault);
  return parsed.success ? { operation: parsed.data, bytes } : undefined;
}

/** By hand: a VEC may hold 65,536 entries, and a schema for each takes ten times as long. */
function isVector(input: unknown): boolean {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return false;
  const entries = Object.entries(input);
  return entries.length <= MAX_INCARNATIONS && entries.every(([key, seq]) => isIncarnationId(key) && isCount(seq));
}

/** Highest seq per incarnation, received without gaps. */
export const vector = z
  .custom<Record<IncarnationId, number>>(isVector, { error: 'not the highest number of each incarnation' })
  // For tools that walk over schemas, as in `entriesOf`.
  .meta({ key: incarnationId, entry: count });
export type Vector = z.infer<typeof vector>;
