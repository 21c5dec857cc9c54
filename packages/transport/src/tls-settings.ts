/** What both ends of a TLS connection agree on, and how they learn who the other one is. */
import { constants } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions, type TLSSocket } from 'node:tls';
import type { Remote } from './connection.js';
import type { Identity } from './identity.js';
import { publicKeyId } from './public-key.js';

/** Application protocol (ALPN, RFC 7301): a browser or a mail server at the other end is noticed in the handshake. */
export const APPLICATION_PROTOCOL = 'p2p/1';

/** Our key, TLS 1.3 and nothing older, no certificate authority: keys are compared by us, not by TLS. */
export function tlsSettings(identity: Identity | undefined): SecureContextOptions & {
  ALPNProtocols: string[];
  rejectUnauthorized: false;
} {
  return {
    ...(identity === undefined ? {} : { key: identity.privateKeyPem, cert: identity.certificatePem }),
    minVersion: 'TLSv1.3',
    // All that TLS 1.3 has; the one first that every processor does fastest.
    ciphers: 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256',
    // A resumed session would not show the other side's key again.
    secureOptions: constants.SSL_OP_NO_TICKET,
    // Ids are those of Ed25519 keys. Whoever has another kind can't show it, and costs no check of its signature.
    sigalgs: 'ed25519',
    ALPNProtocols: [APPLICATION_PROTOCOL],
    rejectUnauthorized: false,
  };
}

/** Parsing keys is a third of what a handshake costs, and always the same. */
const contexts = new WeakMap<Identity, SecureContext>();
let nobodys: SecureContext | undefined;

/** Undefined: of somebody who shows no key. */
export function secureContextOf(identity: Identity | undefined): SecureContext {
  if (identity === undefined) {
    nobodys ??= createSecureContext(tlsSettings(undefined));
    return nobodys;
  }
  const context = contexts.get(identity) ?? createSecureContext(tlsSettings(identity));
  contexts.set(identity, context);
  return context;
}

/** Who is at the other end; undefined where it has shown no key, speaks something else, or is gone already. */
export function remoteOf(socket: TLSSocket): Remote | undefined {
  const { remoteAddress: host, remotePort: port } = socket;
  const key = peerKeyId(socket);
  if (key === undefined || host === undefined || port === undefined) return undefined;
  if (socket.alpnProtocol !== APPLICATION_PROTOCOL) return undefined;
  return { key, host: plainAddress(host), port };
}

function peerKeyId(socket: TLSSocket): string | undefined {
  try {
    const certificate = socket.getPeerX509Certificate();
    return certificate === undefined ? undefined : publicKeyId(certificate.publicKey);
  } catch {
    // The other side chose the bytes of its certificate: a key that can't be read is as good as none.
    return undefined;
  }
}

/** A socket that listens on IPv6 shows IPv4 addresses as `::ffff:192.0.2.1`. */
export function plainAddress(host: string): string {
  return host.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '');
}
