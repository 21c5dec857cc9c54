/** Certificates as no program of ours makes them. */
import { webcrypto } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

type Algorithm = webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams | { readonly name: 'Ed25519' };

interface Strangeness {
  readonly algorithm?: Algorithm;
  readonly name?: string;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly extensions?: readonly x509.Extension[];
}

const ed25519 = { name: 'Ed25519' } as const;

/** Kinds of keys that TLS 1.3 knows besides ours; and {@link ed448}. */
export const otherAlgorithms: Readonly<Record<string, Algorithm>> = {
  'RSA 2048': {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  },
  'P-256': { name: 'ECDSA', namedCurve: 'P-256' },
  'P-521': { name: 'ECDSA', namedCurve: 'P-521' },
};

/** Made by openssl, since our library can't. It protects nothing. */
export const ed448: KeyAndCertificate = {
  key: `-----BEGIN PRIVATE KEY-----
MEcCAQAwBQYDK2VxBDsEOdXeKDT2RP617bKvefNzuUWrqWrcfmV3mDyG7eJEZovH
hAqBV3mtLLwopS9Xw4BVUXEl+UNvqDCPng==
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBhjCCAQagAwIBAgIUXfE99jxCFMnXqh5bxJl53z7eAWUwBQYDK2VxMBIxEDAO
BgNVBAMMB2FueWJvZHkwIBcNMjYxMTI1MTAzMDIwWhgPMjEyNjExMDExMDMwMjBa
MBIxEDAOBgNVBAMMB2FueWJvZHkwQzAFBgMrZXEDOgBnc5UUhKU1qv+wXBncFY+V
u1AgTmmxOHSXBNI2svnBhHPlR0Hj737VwGcFNMGXyzNzvoHTzzXzRYCjUzBRMB0G
A1UdDgQWBBSAmkcw7CYrkm5o8K8iR147dUtMozAfBgNVHSMEGDAWgBSAmkcw7CYr
km5o8K8iR147dUtMozAPBgNVHRMBAf8EBTADAQH/MAUGAytlcQNzAIBMyGDXe5fk
NCrbMY1N5DMgKZRNX8uDBBZyWy2Py9Fogxq1boo5Y8xBbsJNK3JQfz3PmaFt0nqN
AMil+x3KVAFCgL44ya3S2te4EP5TtF6F7uuUylYzy9yKBH8lLsHCaQDhFq9b4SsI
rBOTorHzPHIpAA==
-----END CERTIFICATE-----
`,
};

/** Self-signed, of an Ed25519 key where nothing else is said. */
export async function selfSigned(strangeness: Strangeness = {}): Promise<KeyAndCertificate> {
  const { algorithm = ed25519, name = 'CN=anybody', extensions = [] } = strangeness;
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: '01',
      name,
      notBefore: new Date(strangeness.notBefore ?? '2000-01-01'),
      notAfter: new Date(strangeness.notAfter ?? '2100-01-01'),
      signingAlgorithm: signingAlgorithmOf(algorithm),
      keys,
      extensions: [...extensions],
    },
    webcrypto,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
    cert: certificate.toString('pem'),
  };
}

function signingAlgorithmOf(algorithm: Algorithm): x509.X509CertificateCreateSelfSignedParams['signingAlgorithm'] {
  return algorithm.name === 'ECDSA' ? { name: 'ECDSA', hash: 'SHA-256' } : algorithm;
}

/** An extension that nobody knows, of this many bytes. */
export function unknownExtension(bytes: number, critical: boolean, arc = 1): x509.Extension {
  return new x509.Extension(`1.2.3.4.5.${arc}`, critical, new Uint8Array(bytes));
}

/** Extensions that everybody knows, with bytes in them that mean nothing. */
export const brokenExtensions: readonly x509.Extension[] = [
  '2.5.29.15', // key usage
  '2.5.29.17', // alternative names
  '2.5.29.19', // basic constraints
  '2.5.29.30', // name constraints
  '2.5.29.37', // extended key usage
].map((type) => new x509.Extension(type, true, Uint8Array.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff)));

export { x509 };
