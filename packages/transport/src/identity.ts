/** Who a program is: an Ed25519 key pair, and the certificate that shows it. A device has one in its data directory. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { certificatesFor } from './certificate.js';
import { damagedFile, keyFileKind, readPrivateFile, type UnusableFile } from './private-file.js';
import { newPrivateKeyPem, parsePrivateKey } from './private-key.js';
import { publicKeyId, publicKeySpki } from './public-key.js';

export interface Identity {
  /** PKCS8. */
  readonly privateKeyPem: string;
  /** Self-signed. */
  readonly certificatePem: string;
  /** DER. */
  readonly publicKeySpki: Uint8Array;
  /** SHA-256 of {@link publicKeySpki}, 64 hex digits: a device id, or a cluster's fingerprint. */
  readonly id: string;
}

export type LoadedIdentity =
  | { readonly ok: true; readonly identity: Identity; readonly created: boolean }
  | UnusableFile;

/**
 * The identity whose private key (PEM, PKCS8, mode 0600) lies at `path`, made on first use. Processes that start
 * together end with the same key. The certificate is kept beside it, as `<name>.crt` for `<name>.key`.
 *
 * @returns the identity, or a sentence for a person: a key that others can read, a damaged file, no permission
 */
export async function loadOrCreateIdentity(path: string): Promise<LoadedIdentity> {
  const file = await readPrivateFile(path, keyFileKind, newPrivateKeyPem);
  if (!file.ok) return file;
  const key = parsePrivateKey(file.text);
  if (key === undefined) return damagedFile(path, keyFileKind);
  const [certificate = ''] = await certificatesFor([key], certificatePath(path));
  return { ok: true, identity: identityWith(file.text, key, certificate), created: file.created };
}

/** Identities with these private keys (PEM, Ed25519) out of the key file at `path`, beside which their certificates are kept. */
export async function identitiesOf(pems: readonly string[], path: string): Promise<Identity[]> {
  const keys = pems.map((pem) => {
    const key = parsePrivateKey(pem);
    if (key === undefined) throw new Error('a key of a key file was checked when the file was read');
    return key;
  });
  const certificates = await certificatesFor(keys, certificatePath(path));
  return keys.map((key, index) => identityWith(pems[index] ?? '', key, certificates[index] ?? ''));
}

function identityWith(privateKeyPem: string, key: KeyObject, certificatePem: string): Identity {
  const publicKey = createPublicKey(key);
  return { privateKeyPem, certificatePem, publicKeySpki: publicKeySpki(publicKey), id: publicKeyId(publicKey) };
}

function certificatePath(keyPath: string): string {
  return `${keyPath.replace(/\.key$/, '')}.crt`;
}
