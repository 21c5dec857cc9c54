/** The test's own wire: what is slowed arrives whole and in order, what is cut doesn't arrive, and nobody is told. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Forwarder } from '../src/index.js';

let server: Server;
let wire: Forwarder;
let near: Socket;
let far: Socket;

beforeAll(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(async () => {
  const address = server.address();
  wire = await Forwarder.start(typeof address === 'object' && address !== null ? address.port : 0);
  const accepted = once(server, 'connection');
  near = connect(wire.port, '127.0.0.1');
  [far] = await accepted;
  for (const socket of [near, far]) socket.on('error', () => undefined);
});
afterEach(async () => {
  near.destroy();
  far.destroy();
  await wire.close();
});

/** The first `count` bytes that arrive. */
async function received(socket: Socket, count: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk);
    if (chunks.reduce((sum, { length }) => sum + length, 0) >= count) break;
  }
  return Buffer.concat(chunks);
}

function numbered(bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) buffer.writeUInt32LE(at, at);
  return buffer;
}

test('a slow wire carries everything, in order, also what was sent at another pace', async () => {
  const sent = numbered(600_000);
  const chunks: Buffer[] = [];
  far.on('data', (chunk) => chunks.push(chunk));
  for (const [index, pace] of [{ delayMs: 20 }, { bytesPerSecond: 4_000_000 }, {}, { delayMs: 1 }].entries()) {
    wire.slow(pace);
    near.write(sent.subarray(index * 150_000, (index + 1) * 150_000));
    // Some of it is still on the way when the pace changes.
    await once(far, 'data');
  }
  near.end();
  await once(far, 'end');
  expect(Buffer.concat(chunks).equals(sent)).toBe(true);
});

test('what was sent before the end arrives, and then the end', async () => {
  wire.slow({ delayMs: 20 });
  const arrived = received(far, 5);
  near.end('hello');
  expect(String(await arrived)).toBe('hello');
  await once(far, 'close');
});

test.each([
  ['there', 'back'],
  ['back', 'there'],
] as const)('cut %s: %s still passes', async (cut, _) => {
  const [speaker, listener] = cut === 'there' ? [near, far] : [far, near];
  wire.cut(cut);
  let heard = 0;
  listener.on('data', ({ length }) => {
    heard += length;
  });
  speaker.write('nobody hears this');
  const arrived = received(speaker, 2);
  listener.write('go');
  expect(String(await arrived)).toBe('go');
  expect(heard).toBe(0);
  const ends = [once(near, 'close'), once(far, 'close')];
  wire.heal();
  await Promise.all(ends);
  expect(heard).toBe(0);
});

test('cut, a connection is taken and leads nowhere; healed, it is broken off', async () => {
  wire.cut();
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  const lost = connect(wire.port, '127.0.0.1');
  lost.on('error', () => undefined);
  await once(lost, 'connect');
  wire.heal();
  lost.resume();
  await once(lost, 'close');
  expect(connections).toBe(0);
});

test('the wire counts what it carries, each way by itself', async () => {
  far.write(numbered(300));
  near.write(numbered(100_000));
  await received(near, 300);
  await received(far, 100_000);
  expect([wire.carriedBytes('there'), wire.carriedBytes('back')]).toEqual([100_000, 300]);
});
