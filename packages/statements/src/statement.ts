/**
 * A sentence signed with an Ed25519 key, as a JWT (RFC 7519) that carries the public key along (`jwk`, RFC 7515 section
 * 4.1.3): whoever knows a key by its fingerprint alone can check it.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { type JWTPayload, type JWTVerifyOptions, jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';

/** Who signs: an identity of `@p2p/transport` is one. */
export interface Signer {
  /** PKCS8, Ed25519. */
  readonly privateKeyPem: string;
  /** SHA-256 of the public key (SPKI, DER), 64 hex digits. */
  readonly id: string;
}

const ALGORITHM = 'EdDSA';

const publicJwk = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string().length(43) });
type PublicJwk = z.infer<typeof publicJwk>;

/** Signs `claims` as a statement of this type. */
export async function signStatement(signer: Signer, type: string, claims: JWTPayload): Promise<string> {
  const key = createPrivateKey(signer.privateKeyPem);
  const jwk = publicJwk.parse(createPublicKey(key).export({ format: 'jwk' }));
  return new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM, typ: type, jwk }).sign(key);
}

export interface Verified {
  /** SHA-256 of the signer's public key (SPKI, DER), 64 hex digits. */
  readonly signer: string;
  readonly claims: JWTPayload;
}

/**
 * What a statement of this type says, and who has signed it; undefined where it is none, was changed, has expired
 * (`currentDate`, by default never), or where `trusts` doesn't know the key. Never rejects: these are strangers' bytes.
 */
export async function verifyStatement(
  text: string,
  trusts: (signer: string) => boolean,
  options: Pick<JWTVerifyOptions, 'currentDate' | 'requiredClaims'> & { readonly typ: string },
): Promise<Verified | undefined> {
  let signer = '';
  try {
    const getKey = ({ jwk }: { jwk?: unknown }): KeyObject => {
      const named = keyOf(publicJwk.parse(jwk));
      signer = named.id;
      // The signature of a key that nobody trusts is not worth checking.
      if (!trusts(signer)) throw new Error('the signer is not trusted');
      return named.key;
    };
    const { payload } = await jwtVerify(text, getKey, {
      algorithms: [ALGORITHM],
      currentDate: new Date(0),
      ...options,
    });
    return { signer, claims: payload };
  } catch {
    return undefined;
  }
}

function keyOf(jwk: PublicJwk): { readonly key: KeyObject; readonly id: string } {
  // What else stands beside these three is not the key's.
  const { kty, crv, x } = jwk;
  const key = createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
  const id = createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
  return { key, id };
}
