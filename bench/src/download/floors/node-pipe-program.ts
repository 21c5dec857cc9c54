/**
 * A file by TLS 1.3 as fast as Node can. `serve <port> <file> <block bytes> <blocks>` sends it to everybody who connects,
 * so much at a time and so many read ahead; `take <port> <bytes> <destination> write|hash|worker own|fresh` says "ready",
 * waits for a line, says "complete", and receives into buffers of its own or into fresh ones of Node's.
 */
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import type { OnReadOpts } from 'node:net';
import { dirname, join } from 'node:path';
import { type ConnectionOptions, connect, createServer, type TLSSocket } from 'node:tls';
import { type Identity, loadOrCreateIdentity } from '@p2p/transport';
import { Arriving } from './arriving.js';
import { openSink } from './block-sink.js';
import type { Sending, Taking } from './node-pipe.js';

const [role, ...words] = process.argv.slice(2);
if (role === 'serve') {
  await serve(Number(words[0]), words[1] ?? '', { blockBytes: Number(words[2]), readAhead: Number(words[3]) });
} else {
  const [path = '', how, buffers] = words.slice(2);
  await take(Number(words[0]), Number(words[1]), { path, how: how as Taking, ownBuffers: buffers === 'own' });
}

async function serve(port: number, path: string, sending: Sending): Promise<void> {
  const { privateKeyPem: key, certificatePem: cert } = await identity(join(dirname(path), 'pipe.key'));
  const file = await open(path);
  const server = createServer({ key, cert, minVersion: 'TLSv1.3' }, (socket) => void send(file, socket, sending));
  server.listen(port, '127.0.0.1', () => process.stdout.write('listening\n'));
}

/** Every buffer is read into again when the socket is done with it. */
async function send(file: FileHandle, socket: TLSSocket, { blockBytes, readAhead }: Sending): Promise<void> {
  socket.on('error', () => undefined);
  const { size } = await file.stat();
  let next = 0;
  let last: Promise<unknown> = Promise.resolve();
  const carry = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafeSlow(blockBytes);
    while (next < size) {
      const offset = next;
      next += blockBytes;
      const before = last;
      const reading = file.read(buffer, 0, Math.min(blockBytes, size - offset), offset);
      let sent: () => void = () => undefined;
      last = new Promise<void>((resolve) => {
        sent = resolve;
      });
      const { bytesRead } = await reading;
      await before;
      const taken = new Promise((resolve) => socket.write(buffer.subarray(0, bytesRead), resolve));
      sent();
      await taken;
    }
  };
  await Promise.all(Array.from({ length: readAhead }, carry));
  socket.end();
}

interface Destination {
  readonly path: string;
  readonly how: Taking;
  readonly ownBuffers: boolean;
}

async function take(port: number, bytes: number, { path, how, ownBuffers }: Destination): Promise<void> {
  const sink = await openSink(path, how);
  process.stdout.write('ready\n');
  await once(process.stdin, 'data');
  const arriving = new Arriving(sink, bytes, () => socket.resume());
  const onread = {
    buffer: () => arriving.room,
    callback: (count: number) => {
      arriving.filled(count);
      return arriving.hasRoom;
    },
  };
  const options: ConnectionOptions & { onread?: OnReadOpts } = {
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
    ...(ownBuffers ? { onread } : {}),
  };
  const socket = connect(options);
  if (!ownBuffers) {
    socket.on('data', (chunk: Buffer) => {
      arriving.copy(chunk);
      if (!arriving.hasRoom) socket.pause();
    });
  }
  await once(socket, 'close');
  await arriving.settled();
  await sink.close();
  process.stdout.write('complete\n');
}

async function identity(path: string): Promise<Identity> {
  const loaded = await loadOrCreateIdentity(path);
  if (!loaded.ok) throw new Error(loaded.message);
  return loaded.identity;
}
