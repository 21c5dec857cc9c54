/** Ed25519 private keys as PEM (PKCS8, RFC 8410). */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

export function newPrivateKeyPem(): string {
  return pemOf(generateKeyPairSync('ed25519').privateKey);
}

/** The first private key in `pem`; undefined where there is none, or one of another kind. */
export function parsePrivateKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    // The reason is OpenSSL's and helps nobody.
    return undefined;
  }
}

/** The one form in which a key is written down, with a line's end. */
export function pemOf(privateKey: KeyObject): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
