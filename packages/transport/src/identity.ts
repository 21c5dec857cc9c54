/**
 * Who a program is: an Ed25519 key pair in a file. A device has one in its data directory, and all trackers of a
 * cluster share one beside tracker_info.txt.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { open } from 'node:fs/promises';
import { MAX_PEM_FILE_BYTES } from '@p2p/protocol';
import { createFile } from './atomic-file.js';
import { certificateFor } from './certificate.js';
import { publicKeyId, publicKeySpki } from './public-key.js';
import { systemErrorCode, systemErrorWords } from './system-error.js';

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
  | { readonly ok: false; readonly message: string };

type KeyFile =
  | { readonly ok: true; readonly pem: string; readonly key: KeyObject }
  | { readonly ok: false; readonly missing: boolean; readonly message: string };

/**
 * The identity whose private key (PEM, PKCS8, mode 0600) lies at `path`, made on first use. Processes that start
 * together end with the same key. The certificate is kept beside it, as `<name>.crt` for `<name>.key`.
 *
 * @returns the identity, or a sentence for a person: a key that others can read, a damaged file, no permission
 */
export async function loadOrCreateIdentity(path: string): Promise<LoadedIdentity> {
  try {
    let created = false;
    let file = await readKeyFile(path);
    if (!file.ok && file.missing) {
      created = await createFile(path, newPrivateKeyPem());
      file = await readKeyFile(path);
    }
    if (!file.ok) return { ok: false, message: file.message };
    return { ok: true, identity: await identityOf(file.pem, file.key, path), created };
  } catch (error) {
    if (!(error instanceof Error) || systemErrorCode(error) === undefined) throw error;
    return { ok: false, message: `the key file ${path} cannot be used: ${systemErrorWords(error)}` };
  }
}

function newPrivateKeyPem(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function identityOf(pem: string, key: KeyObject, path: string): Promise<Identity> {
  const publicKey = createPublicKey(key);
  return {
    privateKeyPem: pem,
    certificatePem: await certificateFor(key, `${path.replace(/\.key$/, '')}.crt`),
    publicKeySpki: publicKeySpki(publicKey),
    id: publicKeyId(publicKey),
  };
}

async function readKeyFile(path: string): Promise<KeyFile> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return { ok: false, missing: true, message: `the key file ${path} does not exist` };
  try {
    const { mode, size } = await file.stat();
    // Windows has no such bits: there the directory's rights count.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) return refusedKeyFile(readableByOthers(path));
    const key = size > MAX_PEM_FILE_BYTES ? undefined : parsePrivateKey(await file.readFile('utf8'));
    return key ?? refusedKeyFile(damaged(path));
  } finally {
    await file.close();
  }
}

function parsePrivateKey(pem: string): KeyFile | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? { ok: true, pem, key } : undefined;
  } catch {
    // The reason is OpenSSL's and helps nobody.
    return undefined;
  }
}

function refusedKeyFile(message: string): KeyFile {
  return { ok: false, missing: false, message };
}

function readableByOthers(path: string): string {
  return `other users of this machine can read the private key ${path} – run: chmod 600 '${path}'`;
}

function damaged(path: string): string {
  return `${path} holds no Ed25519 private key – put back a copy, or move it away to start with a new key`;
}
