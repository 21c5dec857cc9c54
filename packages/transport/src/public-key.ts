/** The name of a key: what device ids and cluster fingerprints are. */
import { createHash, type KeyObject } from 'node:crypto';

/** The public key as DER (SubjectPublicKeyInfo, RFC 5280 section 4.1). */
export function publicKeySpki(key: KeyObject): Uint8Array {
  return key.export({ type: 'spki', format: 'der' });
}

/** SHA-256 of the public key (SPKI, DER), 64 hex digits. */
export function publicKeyId(key: KeyObject): string {
  return createHash('sha256').update(publicKeySpki(key)).digest('hex');
}
