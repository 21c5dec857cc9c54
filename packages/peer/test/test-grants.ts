/** A cluster's key and the grants that it signs, where no tracker is. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { type DeviceId, GRANT_MS, type GroupId, incarnationId, type SessionId, type UserId } from '@p2p/protocol';
import { type Grant, type Signer, signGrant } from '@p2p/statements';
import { Gatekeeper } from '../src/sharing/gatekeeper.js';

export function newSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const id = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
  return { privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), id };
}

export const cluster = newSigner();

/** The trackers' clock where nobody moves it. */
export const noon = 1_790_000_000_000;

/** What a member's grant says. */
export function grantOf(device: DeviceId, group: GroupId, changes: Partial<Grant> = {}): Grant {
  return {
    device,
    group,
    user: `${'1'.repeat(64)}.1` as UserId,
    session: createHash('sha256').update(device).digest('hex') as SessionId,
    since: { time: noon - 60_000, count: 0, incarnation: incarnationId.parse(`1.${'0'.repeat(16)}`) },
    expires: noon + GRANT_MS,
    ...changes,
  };
}

export function signed(device: DeviceId, group: GroupId, changes: Partial<Grant> = {}): Promise<string> {
  return signGrant(cluster, grantOf(device, group, changes));
}

/** A gatekeeper that knows the cluster, has a tracker, and whose clock stands still. */
export function gatekeeperAtNoon(): Gatekeeper {
  return new Gatekeeper({ trusts: (key) => key === cluster.id, now: () => noon, isConnected: () => true });
}
