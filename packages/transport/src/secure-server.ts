/**
 * Listens for TLS connections and hands out those whose other end has shown a key; all others it closes. Who gets as far
 * as a handshake, and whose turn it is then, is decided before anything is spent on them.
 */
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import {
  formatAddress,
  HELLO_TIMEOUT_MS,
  MAX_CONNECTIONS,
  MAX_CONNECTIONS_PER_ADDRESS,
  MAX_HANDSHAKES,
} from '@p2p/protocol';
import { Admission } from './admission.js';
import type { Connection } from './connection.js';
import { Handshakes } from './handshakes.js';
import { House, type HouseOptions } from './house.js';
import type { Identity } from './identity.js';
import { isLoopback, networkOf } from './network.js';
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
  readonly bounds?: ServerBounds;
  /** Whether somebody with this key is one of us: trusted at once, and not made to wait for others. */
  readonly isOurs?: (key: string) => boolean;
}

/** What strangers may take of a server; see limits.ts for what is meant where nothing is said. */
export interface ServerBounds extends HouseOptions {
  /** Connections, those in their handshake among them; MAX_CONNECTIONS. */
  readonly maxConnections?: number;
  /** Of them from one address, of IPv6 one /64; MAX_CONNECTIONS_PER_ADDRESS. */
  readonly maxConnectionsPerAddress?: number;
  /** Handshakes that were begun and have not ended; MAX_HANDSHAKES. */
  readonly maxHandshakes?: number;
  /** Counts those on this machine by address, too, which are spared otherwise: it is they who run everything here. */
  readonly countsLoopback?: boolean;
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
  // Nothing is read of a connection before its handshake begins.
  const server = createTcpServer({ pauseOnConnect: true });
  const acceptor = new Acceptor(server, options);
  return new Promise((resolve) => {
    server.once('error', (error) => {
      const message = `cannot listen on ${formatAddress(options)}: ${systemErrorWords(error)}`;
      acceptor.abandon();
      resolve({ ok: false, message });
    });
    server.listen(options.port, options.host, () => {
      // A bound TCP socket has an address of this shape; null and strings are for others.
      const { address, port } = server.address() as AddressInfo;
      const show = (identity: Identity) => acceptor.show(identity);
      resolve({ ok: true, server: { host: address, port, show, close: () => acceptor.close() } });
    });
  });
}

/** The sockets of one server, from their first byte to their last. */
class Acceptor {
  readonly #server: TcpServer;
  readonly #tls: TlsServer;
  readonly #options: SecureServerOptions;
  readonly #admission: Admission<Socket>;
  readonly #handshakes: Handshakes;
  readonly #house: House;
  /** By {@link endsOf}. */
  readonly #sockets = new Map<string, Socket>();
  readonly #connections = new Map<TLSSocket, Connection>();
  #closing: Promise<void> | undefined;

  constructor(server: TcpServer, options: SecureServerOptions) {
    const { bounds = {}, handshakeTimeoutMs: timeoutMs = HELLO_TIMEOUT_MS } = options;
    this.#server = server;
    this.#options = options;
    this.#house = new House(bounds);
    this.#admission = new Admission({
      maxGuests: bounds.maxConnections ?? MAX_CONNECTIONS,
      maxPerNetwork: bounds.maxConnectionsPerAddress ?? MAX_CONNECTIONS_PER_ADDRESS,
    });
    this.#tls = createTlsServer({
      ...tlsSettings(options.identity),
      requestCert: true,
      handshakeTimeout: timeoutMs,
      SNICallback: (name, show) => {
        const key = keyInServerName(name);
        const identity = key === undefined ? undefined : options.identityWith?.(key);
        show(null, identity === undefined ? undefined : secureContextOf(identity));
      },
    });
    this.#handshakes = new Handshakes({
      maxUnderWay: bounds.maxHandshakes ?? MAX_HANDSHAKES,
      begin: (socket) => this.#tls.emit('connection', socket),
    });
    server.on('connection', (socket) => this.#admit(socket));
    // One connection that could not be accepted (no file descriptor left, say): the next one may.
    server.on('error', () => undefined);
    this.#tls.on('secureConnection', (socket) => this.#accept(socket));
    // Garbage, another version of TLS, a handshake that stops half-way: nobody's business but the socket's.
    this.#tls.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  show(identity: Identity): void {
    this.#tls.setSecureContext(tlsSettings(identity));
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  /** It never listened. */
  abandon(): void {
    this.#house.close();
  }

  #admit(socket: Socket): void {
    const { remoteAddress: host } = socket;
    // It is gone already.
    if (host === undefined) return void socket.destroy();
    socket.on('error', () => undefined);
    const network = networkOf(host);
    const isCounted = this.#options.bounds?.countsLoopback === true || !isLoopback(host);
    const leaver = this.#admission.enter(socket, isCounted ? network : undefined);
    leaver?.destroy();
    if (leaver === socket) return;
    const ends = endsOf(socket);
    this.#sockets.set(ends, socket);
    socket.once('close', () => {
      this.#admission.leave(socket);
      this.#handshakes.ended(socket, network);
      if (this.#sockets.get(ends) === socket) this.#sockets.delete(ends);
    });
    this.#handshakes.add(socket, network);
  }

  #accept(socket: TLSSocket): void {
    const remote = remoteOf(socket);
    const below = this.#sockets.get(endsOf(socket));
    if (remote === undefined || below === undefined || this.#closing !== undefined) {
      socket.destroy();
      return;
    }
    this.#handshakes.ended(below, networkOf(remote.host));
    const { maxFrameBytes, isOurs, onConnection } = this.#options;
    const ours = isOurs?.(remote.key) === true;
    const onUser = (user: string | undefined) => this.#admission.setTrusted(below, user !== undefined);
    const house = ours ? undefined : this.#house;
    const connection = new TlsConnection(socket, remote, { maxFrameBytes, comesFirst: ours, house, onUser });
    if (ours) connection.setUser(remote.key);
    this.#connections.set(socket, connection);
    socket.once('close', () => this.#connections.delete(socket));
    onConnection(connection);
  }

  async #closeAll(): Promise<void> {
    this.#house.close();
    const serverClosed = new Promise((resolve) => this.#server.close(resolve));
    const connectionsClosed = [...this.#connections].map(([socket, connection]) => {
      connection.close();
      return new Promise((resolve) => socket.once('close', resolve));
    });
    await Promise.all(connectionsClosed);
    // What is left never got as far as a connection.
    for (const socket of this.#sockets.values()) socket.destroy();
    await serverClosed;
  }
}

/** What a TCP connection and the TLS in it have in common, and no other connection has while it lasts. */
function endsOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
