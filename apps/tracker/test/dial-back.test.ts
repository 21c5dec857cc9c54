/** What dialling an announced address finds out, with real sockets, and what whoever listens there gets to see of it. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceId } from '@p2p/protocol';
import { type Identity, listenSecure, loadOrCreateIdentity } from '@p2p/transport';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { dialBack } from '../src/reachability/dial-back.js';

const from = '127.0.0.1';
let client: Identity;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'p2p-tracker-'));
  const loaded = await loadOrCreateIdentity(join(folder, 'device.key'));
  await rm(folder, { recursive: true });
  if (!loaded.ok) throw new Error(loaded.message);
  client = loaded.identity;
});

const at = (port: number, host = '127.0.0.1') => ({ device: client.id as DeviceId, address: { host, port }, from });
const options = () => ({ signal: new AbortController().signal, mayDial: () => true });

/** A client that listens, and whom it has been connected with. */
async function listeningClient() {
  const connected: string[] = [];
  const onConnection = ({ remote }: { remote: { key: string } }) => void connected.push(remote.key);
  const listening = await listenSecure({
    identity: client,
    host: '127.0.0.1',
    port: 0,
    maxFrameBytes: 1_000,
    onConnection,
  });
  if (!listening.ok) throw new Error(listening.message);
  onTestFinished(() => listening.server.close());
  return { port: listening.server.port, connected, close: () => listening.server.close() };
}

/** Something else that listens, and all that was sent to it. */
async function listeningStranger() {
  const received: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => void received.push(bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { server, received, port: (server.address() as AddressInfo).port };
}

test('a device that is where it says is found, and hears of nobody', async () => {
  const { port, connected, close } = await listeningClient();
  expect(await dialBack(at(port), options())).toBe(true);
  expect(await dialBack(at(port, 'localhost'), options())).toBe(true);
  await close();
  expect(connected).toEqual([]);
});

test('another device is not taken for it', async () => {
  const { port } = await listeningClient();
  expect(await dialBack({ ...at(port), device: 'b'.repeat(64) as DeviceId }, options())).toBe(false);
});

test('where nobody listens nobody is found', async () => {
  const { server, port } = await listeningStranger();
  server.close();
  await once(server, 'close');
  expect(await dialBack(at(port), options())).toBe(false);
});

test('whatever else listens there gets the beginning of a handshake, and no more', async () => {
  const { server, received, port } = await listeningStranger();
  const stopping = new AbortController();
  const dialling = dialBack(at(port), { ...options(), signal: stopping.signal });
  const [socket] = (await once(server, 'connection')) as [Socket];
  await once(socket, 'data');
  stopping.abort();
  expect(await dialling, 'it is not known').toBeUndefined();
  const [hello = Buffer.alloc(0), ...more] = received;
  // A TLS handshake record (22) with a ClientHello (1).
  expect([hello[0], hello[5], more]).toEqual([22, 1, []]);
  expect(hello.length).toBeLessThan(2_048);
});

test('nothing is dialled that the client could not dial itself, nor what may not be', async () => {
  const { received, port, server } = await listeningStranger();
  const connections: Socket[] = [];
  server.on('connection', (socket) => void connections.push(socket));
  for (const host of ['127.0.0.1', 'localhost', '::ffff:127.0.0.1', '0.0.0.0']) {
    expect(await dialBack({ ...at(port, host), from: '198.51.100.1' }, options())).toBe(false);
  }
  expect(await dialBack(at(port), { ...options(), mayDial: () => false })).toBeUndefined();
  expect([received, connections]).toEqual([[], []]);
});
