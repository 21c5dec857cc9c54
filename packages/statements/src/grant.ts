/**
 * A grant: a tracker's word that a device may have a group's bytes for some minutes. It names what it rests on – a
 * session and a membership – so that it can be told which grants end when one of these does. On another device than the
 * one it names it is worth nothing.
 */
import {
  deviceId,
  GRANT_MS,
  groupId,
  MAX_CLOCK_SKEW_MS,
  MAX_GRANT_BYTES,
  sessionId,
  stamp,
  timeMs,
  userId,
} from '@p2p/protocol';
import * as z from 'zod';
import { type Signer, signStatement, verifyStatement } from './statement.js';

const TYPE = 'p2p-grant+jwt';

const grant = z.object({
  device: deviceId,
  group: groupId,
  user: userId,
  session: sessionId,
  /** When the membership began: a later one of the same user is another. */
  since: stamp,
  /** Milliseconds by the trackers' clock. */
  expires: timeMs,
});
export type Grant = z.infer<typeof grant>;

export function signGrant(signer: Signer, { device, expires, ...rest }: Grant): Promise<string> {
  // Whole seconds, as JWT has it; rounded down, so that nothing lasts longer than it was meant to.
  return signStatement(signer, TYPE, { sub: device, exp: Math.floor(expires / 1_000), ...rest });
}

export interface GrantCheck {
  /** Whether this key is the cluster's. */
  readonly trusts: (signer: string) => boolean;
  /** The trackers' clock, ms. */
  readonly now: number;
}

/**
 * The grant in `text`, where a trusted key has signed it and it is in force; undefined otherwise. Whether the device that
 * shows it is the one that it names, and whether what it rests on has ended meanwhile, is for the caller to compare.
 */
export async function verifyGrant(text: string, { trusts, now }: GrantCheck): Promise<Grant | undefined> {
  if (text.length > MAX_GRANT_BYTES) return undefined;
  const verified = await verifyStatement(text, trusts, {
    typ: TYPE,
    currentDate: new Date(now),
    requiredClaims: ['sub', 'exp'],
  });
  if (verified === undefined) return undefined;
  const { sub: device, exp = 0, ...rest } = verified.claims;
  const parsed = grant.safeParse({ ...rest, device, expires: exp * 1_000 });
  // No tracker signs for longer: one whose clock is far ahead is not believed.
  const lastsTooLong = !parsed.success || parsed.data.expires > now + GRANT_MS + MAX_CLOCK_SKEW_MS;
  return lastsTooLong ? undefined : parsed.data;
}
