/** A grant is believed as it was signed, by whom and for when, and in no other way. */
import { createHmac, generateKeyPairSync } from 'node:crypto';
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
import fc from 'fast-check';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { type Grant, signGrant, signSuccession, verifyGrant } from '../src/index.js';
import { newSigner } from './signers.js';

const cluster = newSigner();
const stranger = newSigner();
const trusts = (key: string) => key === cluster.id;
const now = 1_790_000_000_000;
const grant: Grant = {
  device: deviceId.parse('a'.repeat(64)),
  group: groupId.parse(`${'b'.repeat(64)}.7`),
  user: userId.parse(`${'c'.repeat(64)}.1`),
  session: sessionId.parse('d'.repeat(64)),
  since: { time: now - 5_000, count: 3, incarnation: incarnationId.parse(`1.${'e'.repeat(16)}`) },
  expires: now + GRANT_MS,
};

const [header = '', payload = '', signature = ''] = (await signGrant(cluster, grant)).split('.');
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());

test('comes out as it went in, in under a kilobyte', async () => {
  const text = await signGrant(cluster, grant);
  expect(text.length).toBeLessThan(1_024);
  expect(await verifyGrant(text, { trusts, now })).toEqual(grant);
});

test('a part of a second is not granted on top', async () => {
  const text = await signGrant(cluster, { ...grant, expires: now + 1_999 });
  expect((await verifyGrant(text, { trusts, now }))?.expires).toBe(now + 1_000);
});

test('has ended in the moment in which it expires, and not before', async () => {
  const text = await signGrant(cluster, grant);
  expect(await verifyGrant(text, { trusts, now: grant.expires - 1_000 })).toBeDefined();
  expect(await verifyGrant(text, { trusts, now: grant.expires })).toBeUndefined();
});

test('nobody believes one that lasts longer than any tracker signs', async () => {
  const longest = now + GRANT_MS + MAX_CLOCK_SKEW_MS;
  const atBound = await signGrant(cluster, { ...grant, expires: longest });
  const beyond = await signGrant(cluster, { ...grant, expires: longest + 1_000 });
  expect(await verifyGrant(atBound, { trusts, now })).toBeDefined();
  expect(await verifyGrant(beyond, { trusts, now })).toBeUndefined();
});

describe('is worth nothing', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const forgeries: Record<string, () => string | Promise<string>> = {
    'signed by a stranger': () => signGrant(stranger, grant),
    'signed by a stranger under the cluster’s key': async () => {
      const forged = (await signGrant(stranger, grant)).split('.')[2];
      return [header, payload, forged].join('.');
    },
    'not signed': () => `${encoded({ ...decoded(header), alg: 'none' })}.${payload}.`,
    'without its signature': () => `${header}.${payload}.`,
    'with another group in it': () =>
      [header, encoded({ ...decoded(payload), group: `${'9'.repeat(64)}.1` }), signature].join('.'),
    'with a later end': () =>
      [header, encoded({ ...decoded(payload), exp: decoded(payload).exp + 60 }), signature].join('.'),
    'as another kind of statement': () =>
      signSuccession(cluster, { to: deviceId.parse(grant.device) as never, at: now }),
    'by an HMAC with the public key': () => {
      const forged = encoded({ ...decoded(header), alg: 'HS256' });
      const mac = createHmac('sha256', decoded(header).jwk.x).update(`${forged}.${payload}`).digest('base64url');
      return `${forged}.${payload}.${mac}`;
    },
    'by an RSA key': () =>
      new SignJWT(decoded(payload))
        .setProtectedHeader({
          alg: 'RS256',
          typ: 'p2p-grant+jwt',
          jwk: rsa.publicKey.export({ format: 'jwk' }) as never,
        })
        .sign(rsa.privateKey),
    'without an end': async () => {
      const { exp: _, ...endless } = decoded(payload);
      return [header, encoded(endless), signature].join('.');
    },
    'longer than any': async () => `${header}.${payload}.${signature}${'A'.repeat(MAX_GRANT_BYTES)}`,
    'of nothing': () => '',
  };

  test.each(Object.entries(forgeries))('%s', async (_name, forge) => {
    expect(await verifyGrant(await forge(), { trusts, now })).toBeUndefined();
  });

  test('signed by the cluster with fields that are none', async () => {
    for (const bad of [{ group: 'films' }, { session: 'x' }, { user: 7 }, { since: null }, { expires: -1 }]) {
      const text = await signGrant(cluster, { ...grant, ...(bad as object) });
      expect(await verifyGrant(text, { trusts, now }), JSON.stringify(bad)).toBeUndefined();
    }
  });

  test('with any one character changed', async () => {
    const text = [header, payload, signature].join('.');
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom(...'Aa0-_.'), async (at, character) => {
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        const found = await verifyGrant(changed, { trusts, now });
        // The last digit of a base64 text has bits that say nothing.
        if (changed !== text && found !== undefined) expect(found).toEqual(grant);
        if (changed === text) expect(found).toEqual(grant);
      }),
      { numRuns: 500 },
    );
  });
});
