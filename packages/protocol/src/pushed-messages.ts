/** What a tracker says to a client without being asked, and what comes up in answers too. */
import * as z from 'zod';
import { peerAddress, toldName } from './fields.js';
import { deviceId, fileId, groupId, sessionId, userId } from './identifiers.js';
import { MAX_ENDED_PER_MESSAGE, MAX_PEERS_PER_REPLY, MAX_SUCCESSION_BYTES, MAX_SUCCESSIONS } from './limits.js';
import { stamp } from './operations.js';

/** A device that serves a file, as the tracker names it. */
export const swarmPeer = z.object({
  device: deviceId,
  address: peerAddress,
  complete: z.boolean(),
  /** Whether its tracker could dial it; null while that is not known. */
  reachable: z.boolean().nullable(),
});
export type SwarmPeer = z.infer<typeof swarmPeer>;

/** How the cluster's key came to be the present one: signed statements, the oldest first. */
export const successions = z.array(z.string().max(MAX_SUCCESSION_BYTES)).max(MAX_SUCCESSIONS);

/** The session of this connection is over: logged out elsewhere, revoked, or its password changed. */
export const sessionEnded = z.object({ type: z.literal('session_ended') });

/** News of a swarm that this connection has open. */
export const swarmChanged = z.object({
  type: z.literal('swarm_changed'),
  file: fileId,
  joined: z.array(swarmPeer).max(MAX_PEERS_PER_REPLY),
  left: z.array(deviceId),
});
export type SwarmChanged = z.infer<typeof swarmChanged>;

/** What grants rested on, and what is no more. */
export const endedAccess = z.discriminatedUnion('what', [
  z.object({ what: z.literal('session'), session: sessionId }),
  /** Every membership of the user in the group that began before; one that begins later is another. */
  z.object({ what: z.literal('membership'), group: groupId, user: userId, before: stamp }),
  z.object({ what: z.literal('group'), group: groupId }),
]);
export type EndedAccess = z.infer<typeof endedAccess>;

/** For devices that share in a group: whose grants are worth nothing from now on. */
export const accessEnded = z.object({
  type: z.literal('access_ended'),
  ended: z.array(endedAccess).max(MAX_ENDED_PER_MESSAGE),
});

/** The user of this connection is a member of the group no longer. `left`: by a wish of the user's own. */
export const membershipEnded = z.object({ type: z.literal('membership_ended'), group: toldName, left: z.boolean() });

/** The cluster has another key from now on. */
export const keySuccessions = z.object({ type: z.literal('successions'), successions });

/** What became of dialling the address that this connection's device has announced. */
export const reachability = z.object({ type: z.literal('reachability'), address: peerAddress, reachable: z.boolean() });
export type Reachability = z.infer<typeof reachability>;

/** Somebody who may have what this device shares can't dial it, and asks it to dial. */
export const dialRequest = z.object({ type: z.literal('dial_request'), device: deviceId, address: peerAddress });
export type DialRequest = z.infer<typeof dialRequest>;

export const pushes = [
  sessionEnded,
  swarmChanged,
  accessEnded,
  membershipEnded,
  keySuccessions,
  reachability,
  dialRequest,
] as const;
