/** Connections at each level at which somebody can be rude: bare TCP, bare TLS, and our frames in it. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { encodeFrame, encodeMessage } from '@p2p/protocol';
import { APPLICATION_PROTOCOL, type Identity } from '@p2p/transport';

/** Resolves when the socket is open. It ends with `signal`. */
export function openTcp(port: number, signal: AbortSignal): Promise<Socket> {
  return opened(connectTcp({ port, host: '127.0.0.1' }), 'connect', signal);
}

/** Resolves when TLS is done. */
export function openTls(identity: Identity, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connectTls({
    host: '127.0.0.1',
    port,
    key: identity.privateKeyPem,
    cert: identity.certificatePem,
    ALPNProtocols: [APPLICATION_PROTOCOL],
    rejectUnauthorized: false,
  });
  return opened(socket, 'secureConnect', signal);
}

/** Resolves when the hello was answered; what comes afterwards is not read. */
export async function openGreeted(
  identity: Identity,
  { port, signal, token }: { port: number; signal: AbortSignal; token?: Uint8Array },
): Promise<Socket> {
  const socket = await openTls(identity, port, signal);
  const hello = { type: 'hello', id: 0, protocol: 1, counter: 1, ...(token && { token }) };
  socket.write(encodeFrame(encodeMessage(hello)));
  await new Promise((resolve, reject) => {
    socket.once('data', resolve);
    socket.once('close', reject);
  });
  socket.pause();
  return socket;
}

/** Resolves when the socket is closed, whoever did it. */
export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}

function opened(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<Socket> {
  const end = () => socket.destroy();
  signal.addEventListener('abort', end);
  socket.once('close', () => signal.removeEventListener('abort', end));
  return new Promise((resolve, reject) => {
    // Stays for good: whoever is attacked may reset the connection.
    socket.on('error', reject);
    socket.once('close', reject);
    socket.once(event, () => resolve(socket));
  });
}
