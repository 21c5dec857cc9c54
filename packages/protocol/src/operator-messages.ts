/**
 * What whoever runs a tracker may ask of it while it runs: one request on a connection of its own, over which the
 * cluster's key was shown, as the first message in the place of `init`. One reply, and the connection ends.
 */
import * as z from 'zod';
import { userName } from './fields.js';
import { clusterId, slotNumber } from './identifiers.js';
import { MAX_REFUSAL_DETAIL_BYTES, MAX_TRACKERS } from './limits.js';
import { credential } from './operations.js';

/** Nobody is to wait any more for the tracker with this slot: it never comes back. Asking again changes nothing. */
export const retireRequest = z.object({ type: z.literal('retire'), protocol: z.int(), slot: slotNumber });

/** A user gets another password, of which only the hash is said. Asking again gives another one. */
export const resetPasswordRequest = z.object({
  type: z.literal('reset_password'),
  protocol: z.int(),
  user: userName,
  credential,
});

/** The cluster is to get a new key. Asking again gives it another one. */
export const rotateKeyRequest = z.object({ type: z.literal('rotate_key'), protocol: z.int() });

export const operatorRequest = z.discriminatedUnion('type', [retireRequest, resetPasswordRequest, rotateKeyRequest]);
export type OperatorRequest = z.infer<typeof operatorRequest>;

/** `replicated`: whether every tracker that is not retired has it on its disk. */
export const doneReply = z.object({ type: z.literal('done'), replicated: z.boolean() });

/** `fingerprint`: that of the new key; `away`: the trackers that get it when they are back. */
export const rotatedReply = z.object({
  type: z.literal('rotated'),
  fingerprint: clusterId,
  away: z.array(slotNumber).max(MAX_TRACKERS),
});

/** Nothing has been changed; `detail` says why, in a sentence for the operator. */
export const operatorRefusal = z.object({
  type: z.literal('refused'),
  detail: z.string().max(MAX_REFUSAL_DETAIL_BYTES),
});

export const operatorReply = z.discriminatedUnion('type', [doneReply, rotatedReply, operatorRefusal]);
export type OperatorReply = z.infer<typeof operatorReply>;
