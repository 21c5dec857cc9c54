/** Listens for TLS connections and hands out those whose other end has shown a key; all others it closes. */
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { formatAddress, HELLO_TIMEOUT_MS } from '@p2p/protocol';
import type { Connection } from './connection.js';
import type { Identity } from './identity.js';
import { keyInServerName } from './server-name.js';
import { systemErrorWords } from './system-error.js';
import { TlsConnection } from './tls-connection.js';
import { remoteOf, secureContextOf, tlsSettings } from './tls-settings.js';

export interface SecureServerOptions {
  /** What is shown to who asks for no key in particular. */
  readonly identity: Identity;
  /** What is shown to who asks for this key; undefined where there is no such identity. */
  readonly identityWith?: (key: string) => Identity | undefined;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** The first bound on incoming frames; see {@link Connection.setMaxFrameBytes}. */
  readonly maxFrameBytes: number;
  /** A connection with its handshake done; it is to be started in this call or later. */
  onConnection(connection: Connection): void;
  /** Bound on the whole handshake, however slowly bytes trickle in; HELLO_TIMEOUT_MS where nothing is said. */
  readonly handshakeTimeoutMs?: number;
}

export interface SecureServer {
  /** The address that was bound, and its port. */
  readonly host: string;
  readonly port: number;
  /** From now on this is shown to who asks for no key in particular. */
  show(identity: Identity): void;
  /** Listens no longer, closes all connections in good order, cuts those in their handshake. Idempotent. */
  close(): Promise<void>;
}

export type Listening =
  | { readonly ok: true; readonly server: SecureServer }
  | { readonly ok: false; readonly message: string };

/** @returns the server once it listens, or a sentence for a person: the port is taken, the address isn't ours */
export function listenSecure(options: SecureServerOptions): Promise<Listening> {
  const server = createServer({
    ...tlsSettings(options.identity),
    requestCert: true,
    handshakeTimeout: options.handshakeTimeoutMs ?? HELLO_TIMEOUT_MS,
    SNICallback: (name, show) => {
      const key = keyInServerName(name);
      const identity = key === undefined ? undefined : options.identityWith?.(key);
      show(null, identity === undefined ? undefined : secureContextOf(identity));
    },
  });
  const acceptor = new Acceptor(server, options);
  return new Promise((resolve) => {
    server.once('error', (error) => {
      const message = `cannot listen on ${formatAddress(options)}: ${systemErrorWords(error)}`;
      resolve({ ok: false, message });
    });
    server.listen(options.port, options.host, () => {
      // A bound TCP socket has an address of this shape; null and strings are for others.
      const { address, port } = server.address() as AddressInfo;
      const show = (identity: Identity) => server.setSecureContext(tlsSettings(identity));
      resolve({ ok: true, server: { host: address, port, show, close: () => acceptor.close() } });
    });
  });
}

/** The sockets of one server, from their first byte to their last. */
class Acceptor {
  readonly #server: Server;
  readonly #options: SecureServerOptions;
  readonly #sockets = new Set<Socket>();
  readonly #connections = new Map<TLSSocket, Connection>();
  #closing: Promise<void> | undefined;

  constructor(server: Server, options: SecureServerOptions) {
    this.#server = server;
    this.#options = options;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('secureConnection', (socket) => this.#accept(socket));
    // Garbage, another version of TLS, a handshake that stops half-way: nobody's business but the socket's.
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    // One connection that could not be accepted (no file descriptor left, say): the next one may.
    server.on('error', () => undefined);
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  #accept(socket: TLSSocket): void {
    const remote = remoteOf(socket);
    if (remote === undefined || this.#closing !== undefined) {
      socket.destroy();
      return;
    }
    const connection = new TlsConnection(socket, remote, this.#options.maxFrameBytes);
    this.#connections.set(socket, connection);
    socket.once('close', () => this.#connections.delete(socket));
    this.#options.onConnection(connection);
  }

  async #closeAll(): Promise<void> {
    const serverClosed = new Promise((resolve) => this.#server.close(resolve));
    const connectionsClosed = [...this.#connections].map(([socket, connection]) => {
      connection.close();
      return new Promise((resolve) => socket.once('close', resolve));
    });
    await Promise.all(connectionsClosed);
    // What is left never got as far as a connection.
    for (const socket of this.#sockets) socket.destroy();
    await serverClosed;
  }
}
