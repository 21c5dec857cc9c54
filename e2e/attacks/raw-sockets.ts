/** Sockets below our own protocol: for bytes that no connection of ours would ever send. */
import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { APPLICATION_PROTOCOL, type Identity } from '@p2p/transport';

/** A plain TCP connection to the loopback address. */
export function openTcp(port: number): Promise<Socket> {
  return opened(connectTcp(port, '127.0.0.1'), 'connect');
}

/** A TLS connection as ours are, but for what `options` say otherwise. */
export function openTls(identity: Identity, port: number, options: ConnectionOptions = {}): Promise<Socket> {
  const socket = connectTls({
    host: '127.0.0.1',
    port,
    key: identity.privateKeyPem,
    cert: identity.certificatePem,
    ALPNProtocols: [APPLICATION_PROTOCOL],
    rejectUnauthorized: false,
    ...options,
  });
  return opened(socket, 'secureConnect');
}

/** Resolves when the other side, or the system, has closed the socket. */
export function closedByOther(socket: Socket): Promise<void> {
  socket.resume();
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}

/** A length prefix and what is behind it, which need not be true. */
export function frame(length: number, bytes: Uint8Array = new Uint8Array()): Uint8Array {
  const whole = Buffer.alloc(4 + bytes.length);
  whole.writeUInt32BE(length);
  whole.set(bytes, 4);
  return whole;
}

function opened(socket: Socket, event: 'connect' | 'secureConnect'): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // Stays for good: whoever is attacked may reset the connection.
    socket.on('error', reject);
    socket.once(event, () => resolve(socket));
  });
}
