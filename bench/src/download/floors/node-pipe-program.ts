/**
 * A file by TLS 1.3 as fast as Node can. `serve <port> <file>` sends it to everybody who connects;
 * `take <port> <bytes> <destination> write|hash|worker` says "ready", waits for a line, says "complete".
 */
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import type { OnReadOpts } from 'node:net';
import { dirname, join } from 'node:path';
import { type ConnectionOptions, connect, createServer, type TLSSocket } from 'node:tls';
import { type Identity, loadOrCreateIdentity } from '@p2p/transport';
import { BLOCK_BYTES, BLOCKS, openSink } from './block-sink.js';
import type { Taking } from './node-pipe.js';

/** Read ahead of what the socket takes. */
const READ_AHEAD = 3;

const [role, ...words] = process.argv.slice(2);
if (role === 'serve') await serve(Number(words[0]), words[1] ?? '');
else await take(Number(words[0]), Number(words[1]), { path: words[2] ?? '', how: words[3] as Taking });

async function serve(port: number, path: string): Promise<void> {
  const { privateKeyPem: key, certificatePem: cert } = await identity(join(dirname(path), 'pipe.key'));
  const file = await open(path);
  const server = createServer({ key, cert, minVersion: 'TLSv1.3' }, (socket) => void send(file, socket));
  server.listen(port, '127.0.0.1', () => process.stdout.write('listening\n'));
}

/** Every buffer is read into again when the socket is done with it. */
async function send(file: FileHandle, socket: TLSSocket): Promise<void> {
  socket.on('error', () => undefined);
  const { size } = await file.stat();
  let next = 0;
  let last: Promise<unknown> = Promise.resolve();
  const carry = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    while (next < size) {
      const offset = next;
      next += BLOCK_BYTES;
      const before = last;
      const reading = file.read(buffer, 0, Math.min(BLOCK_BYTES, size - offset), offset);
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
  await Promise.all(Array.from({ length: READ_AHEAD }, carry));
  socket.end();
}

async function take(port: number, bytes: number, { path, how }: { path: string; how: Taking }): Promise<void> {
  const sink = await openSink(path, how);
  process.stdout.write('ready\n');
  await once(process.stdin, 'data');
  const free = Array.from({ length: BLOCKS }, newBuffer);
  const putting = new Set<Promise<void>>();
  let buffer = free.pop() ?? newBuffer();
  let [offset, filled] = [0, 0];
  const passOn = (): void => {
    const used = buffer;
    const put = sink.put({ buffer: used, offset, length: filled }).then(() => {
      putting.delete(put);
      free.push(used);
      socket.resume();
    });
    putting.add(put);
    [offset, filled] = [offset + filled, 0];
    // A TLS socket may deliver a little more after it was told to wait.
    buffer = free.pop() ?? newBuffer();
  };
  const onread = {
    buffer: () => buffer.subarray(filled),
    callback: (count: number) => {
      filled += count;
      if (filled === BLOCK_BYTES || offset + filled === bytes) passOn();
      return free.length > 0;
    },
  };
  const options: ConnectionOptions & { onread: OnReadOpts } = {
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
    onread,
  };
  const socket = connect(options);
  await once(socket, 'close');
  await Promise.all(putting);
  await sink.close();
  process.stdout.write('complete\n');
}

function newBuffer(): Uint8Array<SharedArrayBuffer> {
  return new Uint8Array(new SharedArrayBuffer(BLOCK_BYTES));
}

async function identity(path: string): Promise<Identity> {
  const loaded = await loadOrCreateIdentity(path);
  if (!loaded.ok) throw new Error(loaded.message);
  return loaded.identity;
}
