/**
 * The certificate that carries a key through TLS. Nobody trusts what it says: the other side looks at the key alone.
 * It is a function of the key (fixed dates and serial, Ed25519 signs without chance), so it may be made at any time.
 */
import { createPublicKey, type KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { replaceFile } from './atomic-file.js';
import { publicKeyId, publicKeySpki } from './public-key.js';

/** A century around any clock, right or wrong. */
const NOT_BEFORE = new Date('2000-01-01T00:00:00Z');
const NOT_AFTER = new Date('2100-01-01T00:00:00Z');

const ED25519 = { name: 'Ed25519' };

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----\n/g;

/** The certificates of these keys, in PEM: those kept at `path` where they fit, else new ones, which are kept there. */
export async function certificatesFor(privateKeys: readonly KeyObject[], path: string): Promise<string[]> {
  const kept = await readFile(path, 'utf8').catch(() => '');
  const blocks = kept.match(BLOCK) ?? [];
  const certificates = await Promise.all(
    privateKeys.map((key) => blocks.find((block) => fitsKey(block, key)) ?? makeCertificate(key)),
  );
  const text = certificates.join('');
  // Only a cache: where the directory can't be written (a mounted secret, say), the next start makes them again.
  if (text !== kept) await replaceFile(path, text).catch(() => undefined);
  return certificates;
}

function fitsKey(pem: string, privateKey: KeyObject): boolean {
  try {
    return new X509Certificate(pem).checkPrivateKey(privateKey);
  } catch {
    // Damaged.
    return false;
  }
}

async function makeCertificate(privateKey: KeyObject): Promise<string> {
  // Imported here because it takes longer to load than all the rest, and is needed once in a key's life. The library
  // needs the polyfill to be there first.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const publicKey = createPublicKey(privateKey);
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const keys = {
    privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, ED25519, false, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', publicKeySpki(publicKey), ED25519, true, ['verify']),
  };
  const id = publicKeyId(publicKey);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      // RFC 5280 wants a positive number of at most 20 bytes.
      serialNumber: `01${id.slice(0, 32)}`,
      name: `CN=${id}`,
      notBefore: NOT_BEFORE,
      notAfter: NOT_AFTER,
      signingAlgorithm: ED25519,
      keys,
      extensions: [new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true)],
    },
    webcrypto,
  );
  return `${certificate.toString('pem')}\n`;
}
