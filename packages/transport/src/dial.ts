/** Opens a TLS connection to an address, and makes sure of the key at the other end before a byte of ours is sent. */
import { setMaxListeners } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { formatAddress } from '@p2p/protocol';
import type { Connection } from './connection.js';
import type { Identity } from './identity.js';
import { Incoming } from './incoming.js';
import { serverNameOf } from './server-name.js';
import { systemErrorCode, systemErrorWords } from './system-error.js';
import { TlsConnection } from './tls-connection.js';
import { remoteOf, secureContextOf, tlsSettings } from './tls-settings.js';

export interface DialOptions {
  /** Undefined: no key is shown. The other side hangs up as soon as it sees that, but has shown its own by then. */
  readonly identity: Identity | undefined;
  readonly host: string;
  readonly port: number;
  /** The key that the other side must show ({@link Remote.key}), or a test of it; any will do where nothing is said. */
  readonly expectKey?: string | ((key: string) => boolean) | undefined;
  /** The key that the other side is asked to show, should it have several. */
  readonly askForKey?: string | undefined;
  /** Bound on the look-up of the name, the connection and the handshake together. */
  readonly timeoutMs: number;
  /** The first bound on incoming frames; see {@link Connection.setMaxFrameBytes}. */
  readonly maxFrameBytes: number;
  /** Whether the connection never waits for others of this process. */
  readonly comesFirst?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface DialFailure {
  readonly ok: false;
  readonly reason: /** Nobody there, or the connection broke off before it was secure. */
    | 'unreachable'
    | 'timeout'
    /** Another key than expected: see `key`. */
    | 'wrong_identity'
    /** The caller's signal. */
    | 'aborted'
    /** Somebody answers, but not as our protocol has it. */
    | 'protocol';
  /** A sentence for a person. */
  readonly message: string;
  /** What the other side has shown, where that is the trouble. */
  readonly key?: string;
}

export type Dialled = { readonly ok: true; readonly connection: Connection } | DialFailure;

/**
 * Never rejects. Sessions are not resumed, so that the key is seen each time. In TLS 1.3 the other side learns this
 * side's public key before its own can be refused; nothing else.
 */
export function dialSecure(options: DialOptions): Promise<Dialled> {
  const { host, port, signal, identity } = options;
  const where = formatAddress({ host, port });
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve(aborted(where));
      return;
    }
    const settings = { ...tlsSettings(identity), secureContext: secureContextOf(identity) };
    const incoming = new Incoming();
    const onread = { onread: incoming.onread };
    const socket = connect({ ...settings, ...serverName(options), ...onread, host, port });
    let settled = false;
    const settle = (result: Dialled) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (!result.ok) socket.destroy();
      resolve(result);
    };
    const onAbort = () => settle(aborted(where));
    const timer = setTimeout(() => settle(timedOut(where, options.timeoutMs)), options.timeoutMs);
    // Any number may be dialled until the same word, and each listens only as long as it takes.
    if (signal !== undefined) setMaxListeners(0, signal);
    signal?.addEventListener('abort', onAbort);
    socket.once('secureConnect', () => settle(acceptRemote(socket, { ...options, incoming })));
    // Stays for good: a socket that was given up may still fail.
    socket.on('error', (error) => settle(failureOf(error, where)));
  });
}

function serverName({ askForKey }: DialOptions): { servername?: string } {
  return askForKey === undefined ? {} : { servername: serverNameOf(askForKey) };
}

function acceptRemote(socket: TLSSocket, options: DialOptions & { readonly incoming: Incoming }): Dialled {
  const where = formatAddress(options);
  const remote = remoteOf(socket);
  if (remote === undefined) return strange(where);
  const { expectKey } = options;
  const expected = typeof expectKey === 'function' ? expectKey(remote.key) : (expectKey ?? remote.key) === remote.key;
  if (expected) return { ok: true, connection: new TlsConnection(socket, remote, options) };
  const message = `${where} shows another key than expected: ${remote.key}`;
  return { ok: false, reason: 'wrong_identity', message, key: remote.key };
}

function failureOf(error: Error, where: string): DialFailure {
  // OpenSSL's own errors: the other side speaks no TLS, an older one, or another application protocol.
  if (/^(ERR_SSL_|EPROTO)/.test(systemErrorCode(error) ?? '')) return strange(where);
  return { ok: false, reason: 'unreachable', message: `${where} cannot be reached: ${systemErrorWords(error)}` };
}

function strange(where: string): DialFailure {
  return { ok: false, reason: 'protocol', message: `what answers at ${where} speaks another protocol` };
}

function timedOut(where: string, timeoutMs: number): DialFailure {
  return { ok: false, reason: 'timeout', message: `${where} did not answer within ${timeoutMs / 1_000} s` };
}

function aborted(where: string): DialFailure {
  return { ok: false, reason: 'aborted', message: `the connection to ${where} was given up` };
}
