/** Grants and successions that were changed: none says anything that nobody has signed, and none does any harm. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { type Dice, hold, mutateBytes, mutateValue, notableText, type Target } from '@p2p/fuzzing';
import {
  deviceId,
  GRANT_MS,
  groupId,
  incarnationId,
  MAX_CLOCK_SKEW_MS,
  MAX_GRANT_BYTES,
  sessionId,
  userId,
} from '@p2p/protocol';
import { type Grant, verifyGrant, verifySuccession } from '../src/index.js';

const now = 1_790_000_000_000;
const grant: Grant = {
  device: deviceId.parse('a'.repeat(64)),
  group: groupId.parse(`${'b'.repeat(64)}.7`),
  user: userId.parse(`${'c'.repeat(64)}.1`),
  session: sessionId.parse('d'.repeat(64)),
  since: { time: now - 5_000, count: 3, incarnation: incarnationId.parse(`1.${'e'.repeat(16)}`) },
  expires: now + GRANT_MS,
};
const { device, expires, ...rest } = grant;
const claims = { sub: device, exp: expires / 1_000, ...rest };

/** An Ed25519 key of 32 bytes that are all the same, so that what it signs is the same in every run (RFC 8410). */
function keyOf(byte: number): KeyObject {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, byte)]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

const cluster = keyOf(1);
const stranger = keyOf(2);
const jwkOf = (key: KeyObject) => createPublicKey(key).export({ format: 'jwk' });
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '').toString('base64url');

/** A JWT by hand, with whatever is in it. */
function signed(key: KeyObject, header: unknown, payload: unknown): string {
  const text = `${encoded(header)}.${encoded(payload)}`;
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`;
}

const headerFor = (key: KeyObject, typ = 'p2p-grant+jwt') => ({ alg: 'EdDSA', typ, jwk: jwkOf(key) });
const authentic = signed(cluster, headerFor(cluster), claims);

/** What a stranger with a key of its own can make: everything but the cluster's signature. */
function forged(dice: Dice): string {
  const header = dice.chance(0.5) ? headerFor(stranger) : mutateValue(dice, headerFor(stranger), claims);
  const payload = dice.chance(0.3) ? claims : mutateValue(dice, claims, { iss: 'x', aud: [], nbf: 1, iat: -1 });
  return signed(stranger, header, payload);
}

/** Pieces of the two, put together as no signer would. */
function patched(dice: Dice): string {
  const [one, other] = [authentic.split('.'), forged(dice).split('.')];
  return one.map((part, index) => (dice.chance(0.5) ? part : other[index])).join('.');
}

const clusterOnly = (signer: string) => signer === trusted;
let trusted = '';
const succession = signed(cluster, headerFor(cluster, 'p2p-succession+jwt'), {
  iss: 'x',
  sub: 'f'.repeat(64),
  at: now,
});
await verifySuccession(succession, (signer) => {
  trusted = signer;
  return true;
});

const grants: Target = {
  name: 'statements',
  kind: 'decoder',
  executions: 100_000,
  maxBytes: 2 * MAX_GRANT_BYTES,
  generate: (dice) => {
    const text = dice.pick([() => authentic, () => forged(dice), () => patched(dice), () => succession])();
    return new Uint8Array(Buffer.from(dice.chance(0.02) ? notableText(dice, 20) : text));
  },
  mutate: (dice, parents) => mutateBytes(dice, parents, 2 * MAX_GRANT_BYTES),
  run: async (input) => {
    const text = Buffer.from(input).toString('latin1');
    const believed = await verifyGrant(text, { trusts: clusterOnly, now });
    hold(
      believed === undefined || JSON.stringify(believed) === JSON.stringify(grant),
      'a grant says what the cluster has signed',
    );
    const anybodys = await verifyGrant(text, { trusts: () => true, now });
    const lasts = (anybodys?.expires ?? now) - now;
    hold(lasts >= 0 && lasts <= GRANT_MS + MAX_CLOCK_SKEW_MS, 'no grant lasts for ever');
    const followed = await verifySuccession(text, clusterOnly);
    hold(followed === undefined || followed.to === 'f'.repeat(64), 'a succession names whom the cluster has named');
    return believed !== undefined || anybodys !== undefined || followed !== undefined;
  },
};

export const targets: readonly Target[] = [grants];
