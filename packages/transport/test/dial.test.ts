import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type DialOptions, dialSecure, type Identity, listenSecure } from '../src/index.js';
import { newIdentity } from './identities.js';
import { Recorder, text } from './recorder.js';

let client: Identity;
let serving: Identity;

beforeAll(async () => {
  [client, serving] = await Promise.all([newIdentity(), newIdentity()]);
});

function dial(port: number, options: Partial<DialOptions> = {}) {
  return dialSecure({ identity: client, host: '127.0.0.1', port, timeoutMs: 10_000, maxFrameBytes: 1_000, ...options });
}

/** Listens with a server that is not ours; returns its port. */
async function listenWith(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('dialSecure', () => {
  it('insists on the key before anything is sent', async () => {
    const recorders: Recorder[] = [];
    const listening = await listenSecure({
      identity: serving,
      host: '127.0.0.1',
      port: 0,
      maxFrameBytes: 1_000,
      onConnection: (connection) => recorders.push(new Recorder(connection)),
    });
    if (!listening.ok) throw new Error(listening.message);
    const { server } = listening;
    onTestFinished(() => server.close());

    const wrong = { ok: false, reason: 'wrong_identity', key: serving.id };
    expect(await dial(server.port, { expectKey: client.id })).toMatchObject(wrong);
    expect(await dial(server.port, { expectKey: (key) => key !== serving.id })).toMatchObject(wrong);
    for (const expectKey of [serving.id, (key: string) => key === serving.id, undefined]) {
      const dialled = await dial(server.port, { expectKey });
      if (!dialled.ok) throw new Error(dialled.message);
      expect(dialled.connection.remote.key).toBe(serving.id);
      const recorder = new Recorder(dialled.connection);
      dialled.connection.send(text('hello'));
      dialled.connection.close();
      await recorder.closed();
    }
    await Promise.all(recorders.map((recorder) => recorder.closed()));
    expect(recorders.flatMap((recorder) => recorder.texts)).toEqual(['hello', 'hello', 'hello']);
  });

  it('shows no key where there is none to show: it has seen the other one, and the server hears of nobody', async () => {
    const accepted: string[] = [];
    const listening = await listenSecure({
      identity: serving,
      host: '127.0.0.1',
      port: 0,
      maxFrameBytes: 1_000,
      onConnection: (connection) => accepted.push(connection.remote.key),
    });
    if (!listening.ok) throw new Error(listening.message);
    const { server } = listening;
    onTestFinished(() => server.close());
    const wrong = await dial(server.port, { identity: undefined, expectKey: client.id });
    expect(wrong).toMatchObject({ ok: false, reason: 'wrong_identity', key: serving.id });
    const dialled = await dial(server.port, { identity: undefined, expectKey: serving.id });
    if (!dialled.ok) throw new Error(dialled.message);
    await new Recorder(dialled.connection).closed();
    expect(accepted).toEqual([]);
  });

  it('gives up in time on one that accepts and says nothing', async () => {
    const port = await listenWith(createServer());
    const message = `127.0.0.1:${port} did not answer within 0.1 s`;
    expect(await dial(port, { timeoutMs: 100 })).toEqual({ ok: false, reason: 'timeout', message });
  });

  it('gives up at the caller’s word', async () => {
    const server = createServer();
    const port = await listenWith(server);
    const controller = new AbortController();
    server.once('connection', () => controller.abort());
    expect(await dial(port, { signal: controller.signal })).toMatchObject({ ok: false, reason: 'aborted' });
    expect(await dial(port, { signal: controller.signal })).toMatchObject({ ok: false, reason: 'aborted' });
  });

  it('says that nobody is there', async () => {
    const server = createServer();
    const port = await listenWith(server);
    server.close();
    await once(server, 'close');
    const message = `127.0.0.1:${port} cannot be reached: nothing listens there`;
    expect(await dial(port)).toEqual({ ok: false, reason: 'unreachable', message });
  });

  it('says that the other side hung up', async () => {
    const port = await listenWith(createServer((socket) => socket.end()));
    expect(await dial(port)).toMatchObject({ ok: false, reason: 'unreachable' });
  });

  it('tells what is not ours', async () => {
    const keys = { key: serving.privateKeyPem, cert: serving.certificatePem };
    const strangers = [
      createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      createTlsServer(keys),
      createTlsServer({ ...keys, ALPNProtocols: ['h2'] }),
      createTlsServer({ ...keys, maxVersion: 'TLSv1.2', ALPNProtocols: ['p2p/1'] }),
    ];
    for (const stranger of strangers) {
      const port = await listenWith(stranger);
      const message = `what answers at 127.0.0.1:${port} speaks another protocol`;
      expect(await dial(port)).toEqual({ ok: false, reason: 'protocol', message });
    }
  });
});
