import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  APPLICATION_PROTOCOL,
  type Connection,
  dialSecure,
  type Identity,
  listenSecure,
  type SecureServer,
  type SecureServerOptions,
} from '../src/index.js';
import { keyInServerName, serverNameOf } from '../src/server-name.js';
import { plainAddress } from '../src/tls-settings.js';
import { newIdentity } from './identities.js';
import { Recorder, text } from './recorder.js';

let client: Identity;
let serving: Identity;

beforeAll(async () => {
  [client, serving] = await Promise.all([newIdentity(), newIdentity()]);
});

interface Listener {
  readonly server: SecureServer;
  /** Those that got through, and what they said. */
  readonly accepted: Connection[];
  readonly recorders: Recorder[];
}

/** A server that answers every frame with itself. */
async function listen(handshakeTimeoutMs = 10_000, more: Partial<SecureServerOptions> = {}): Promise<Listener> {
  const accepted: Connection[] = [];
  const recorders: Recorder[] = [];
  const onConnection = (connection: Connection) => {
    accepted.push(connection);
    const recorder = new Recorder(connection);
    recorder.onFrame = (frame) => connection.send(frame.slice());
    recorders.push(recorder);
  };
  const place = { host: '127.0.0.1', port: 0, maxFrameBytes: 1_000 };
  const listening = await listenSecure({ identity: serving, ...place, onConnection, handshakeTimeoutMs, ...more });
  if (!listening.ok) throw new Error(listening.message);
  onTestFinished(() => listening.server.close());
  return { server: listening.server, accepted, recorders };
}

function tcp({ server }: Listener): Socket {
  const socket = connectTcp(server.port, server.host);
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

function tls({ server }: Listener, options: ConnectionOptions): TLSSocket {
  const socket = connectTls({
    host: server.host,
    port: server.port,
    rejectUnauthorized: false,
    ALPNProtocols: [APPLICATION_PROTOCOL],
    ...options,
  });
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  // Flowing, so that its end is seen.
  socket.resume();
  return socket;
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

/** An ordinary client gets its answer. */
async function expectUnharmed(listener: Listener): Promise<void> {
  const { host, port } = listener.server;
  const dialled = await dialSecure({ identity: client, host, port, timeoutMs: 10_000, maxFrameBytes: 1_000 });
  if (!dialled.ok) throw new Error(dialled.message);
  const recorder = new Recorder(dialled.connection);
  dialled.connection.send(text('still there?'));
  await recorder.received(1);
  expect(recorder.texts).toEqual(['still there?']);
  dialled.connection.close();
  await recorder.closed();
}

describe('a secure server refuses', () => {
  const keys = () => ({ key: client.privateKeyPem, cert: client.certificatePem });

  it('a client without a certificate', async () => {
    const listener = await listen();
    await closed(tls(listener, {}));
    await expectUnharmed(listener);
    expect(listener.accepted.length).toBe(1);
  });

  it('TLS 1.2', async () => {
    const listener = await listen();
    const socket = tls(listener, { ...keys(), maxVersion: 'TLSv1.2' });
    const [error] = await once(socket, 'error');
    expect(error.code).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    await expectUnharmed(listener);
    expect(listener.accepted.length).toBe(1);
  });

  it('a client that speaks another application protocol, or names none', async () => {
    const listener = await listen();
    await closed(tls(listener, { ...keys(), ALPNProtocols: ['h2'] }));
    await closed(tls(listener, { ...keys(), ALPNProtocols: [] }));
    await expectUnharmed(listener);
    expect(listener.accepted.length).toBe(1);
  });

  it('to resume a session', async () => {
    const listener = await listen();
    const first = tls(listener, keys());
    first.write(Buffer.from('\0\0\0\x01x', 'latin1'));
    await once(first, 'data');
    const session = first.getSession();
    expect(session).toBeDefined();
    const second = tls(listener, { ...keys(), ...(session === undefined ? {} : { session }) });
    await once(second, 'secureConnect');
    expect(second.isSessionReused()).toBe(false);
    second.write(Buffer.from('\0\0\0\x01x', 'latin1'));
    await once(second, 'data');
    expect(listener.accepted.map(({ remote }) => remote.key)).toEqual([client.id, client.id]);
  });

  it('garbage instead of TLS, and garbage inside of it', async () => {
    const listener = await listen();
    const plain = tcp(listener);
    plain.resume();
    plain.write('GET / HTTP/1.1\r\n\r\n');
    await closed(plain);
    const inside = tls(listener, keys());
    inside.write(Buffer.alloc(64, 0xff));
    await closed(inside);
    expect(await listener.recorders[0]?.closed()).toEqual({ kind: 'violation', code: 'frame_too_large' });
    await expectUnharmed(listener);
  });
});

describe('a secure server is not harmed by', () => {
  it('connections that say nothing, half of a hello, or break off', async () => {
    const listener = await listen();
    const [silent, half, broken] = [tcp(listener), tcp(listener), tcp(listener)];
    await Promise.all([silent, half, broken].map((socket) => once(socket, 'connect')));
    half.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
    broken.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
    broken.resetAndDestroy();
    await expectUnharmed(listener);
  });

  it('a frame that breaks off', async () => {
    const listener = await listen();
    const socket = tls(listener, { key: client.privateKeyPem, cert: client.certificatePem });
    socket.end(Buffer.from([0, 0, 0, 10, 1, 2, 3]));
    await closed(socket);
    expect(await listener.recorders[0]?.closed()).toEqual({
      kind: 'error',
      message: 'the connection ended inside a frame',
    });
    await expectUnharmed(listener);
  });

  it('a reset in the middle of things', async () => {
    const listener = await listen();
    const below = tcp(listener);
    const socket = tls(listener, { key: client.privateKeyPem, cert: client.certificatePem, socket: below });
    socket.write(Buffer.from('\0\0\0\x01x', 'latin1'));
    await once(socket, 'data');
    below.resetAndDestroy();
    expect((await listener.recorders[0]?.closed())?.kind).toBe('error');
    await expectUnharmed(listener);
  });

  it('a handshake that trickles in for ever', async () => {
    const listener = await listen(100);
    const socket = tcp(listener);
    socket.resume();
    const hello = Buffer.alloc(10_000);
    hello.set([0x16, 0x03, 0x01, 0x3f, 0xff, 0x01, 0x00, 0x3f, 0xfb, 0x03, 0x03]);
    let sent = 0;
    const trickle = setInterval(() => socket.write(hello.subarray(sent, ++sent)), 10);
    await closed(socket);
    clearInterval(trickle);
  });
});

describe('a secure server', () => {
  it('closes its connections in good order, and those in their handshake', async () => {
    const listener = await listen();
    const half = tcp(listener);
    half.resume();
    await once(half, 'connect');
    const { host, port } = listener.server;
    const dialled = await dialSecure({ identity: client, host, port, timeoutMs: 10_000, maxFrameBytes: 1_000 });
    if (!dialled.ok) throw new Error(dialled.message);
    const recorder = new Recorder(dialled.connection);
    dialled.connection.send(text('one'));
    await recorder.received(1);
    listener.accepted[0]?.send(text('goodbye'));
    await Promise.all([listener.server.close(), listener.server.close()]);
    expect(await recorder.closed()).toEqual({ kind: 'ended' });
    expect(recorder.texts).toEqual(['one', 'goodbye']);
    await closed(half);
    const again = await dialSecure({ identity: client, host, port, timeoutMs: 10_000, maxFrameBytes: 1_000 });
    expect(again).toMatchObject({ ok: false, reason: 'unreachable' });
  });

  it('says why it cannot listen', async () => {
    const { server } = await listen();
    const options = { identity: serving, maxFrameBytes: 1_000, onConnection: () => undefined };
    expect(await listenSecure({ ...options, host: '127.0.0.1', port: server.port })).toEqual({
      ok: false,
      message: `cannot listen on 127.0.0.1:${server.port}: the port is taken`,
    });
    // An address for documentation (RFC 5737): no machine's.
    expect(await listenSecure({ ...options, host: '192.0.2.1', port: 0 })).toEqual({
      ok: false,
      message: 'cannot listen on 192.0.2.1:0: the address is not one of this machine',
    });
  });

  it('names IPv4 clients as such, on a socket for both kinds too', () => {
    expect(plainAddress('::ffff:127.0.0.1')).toBe('127.0.0.1');
    expect(plainAddress('127.0.0.1')).toBe('127.0.0.1');
    expect(plainAddress('2001:db8::1')).toBe('2001:db8::1');
  });
});

describe('a secure server with several keys', () => {
  let former: Identity;
  let next: Identity;
  beforeAll(async () => {
    [former, next] = await Promise.all([newIdentity(), newIdentity()]);
  });

  const listenWithTwo = () => listen(10_000, { identityWith: (key) => (key === former.id ? former : undefined) });

  async function shownBy({ server }: Listener, askForKey?: string): Promise<string | undefined> {
    const { host, port } = server;
    const options = { identity: client, host, port, timeoutMs: 10_000, maxFrameBytes: 1_000 };
    const dialled = await dialSecure({ ...options, askForKey });
    if (!dialled.ok) throw new Error(dialled.message);
    dialled.connection.close();
    return dialled.connection.remote.key;
  }

  it('shows the one that is asked for, and else the one that counts', async () => {
    const listener = await listenWithTwo();
    expect(await shownBy(listener)).toBe(serving.id);
    expect(await shownBy(listener, former.id)).toBe(former.id);
    expect(await shownBy(listener, serving.id)).toBe(serving.id);
    expect(await shownBy(listener, next.id)).toBe(serving.id);
    await expect.poll(() => listener.accepted.map(({ remote }) => remote.key)).toEqual(new Array(4).fill(client.id));
  });

  it('shows another one from now on when it is told to, and leaves its connections alone', async () => {
    const listener = await listenWithTwo();
    const { host, port } = listener.server;
    const dialled = await dialSecure({ identity: client, host, port, timeoutMs: 10_000, maxFrameBytes: 1_000 });
    if (!dialled.ok) throw new Error(dialled.message);
    const recorder = new Recorder(dialled.connection);
    listener.server.show(next);
    expect(await shownBy(listener)).toBe(next.id);
    expect(await shownBy(listener, former.id)).toBe(former.id);
    dialled.connection.send(text('still there?'));
    await recorder.received(1);
    dialled.connection.close();
  });

  it('is as strict with either: TLS 1.3, our protocol, a key, no resumed session', async () => {
    const listener = await listenWithTwo();
    const servername = serverNameOf(former.id);
    const keys = { key: client.privateKeyPem, cert: client.certificatePem };
    const [error] = await once(tls(listener, { ...keys, servername, maxVersion: 'TLSv1.2' }), 'error');
    expect(error.code).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    await closed(tls(listener, { ...keys, servername, ALPNProtocols: ['h2'] }));
    await closed(tls(listener, { servername }));
    expect(listener.accepted).toEqual([]);
    const first = tls(listener, { ...keys, servername });
    first.write(Buffer.from('\0\0\0\x01x', 'latin1'));
    await once(first, 'data');
    const session = first.getSession();
    expect(session).toBeDefined();
    const second = tls(listener, { ...keys, servername, ...(session === undefined ? {} : { session }) });
    await once(second, 'secureConnect');
    expect(second.isSessionReused()).toBe(false);
    expect(second.getPeerX509Certificate()?.subject).toBe(`CN=${former.id}`);
  });

  it('is asked by names that DNS could have', () => {
    expect(
      serverNameOf(former.id)
        .split('.')
        .every((label) => label.length < 64),
    ).toBe(true);
    expect(keyInServerName(serverNameOf(former.id))).toBe(former.id);
    for (const name of ['example.org', former.id, `${serverNameOf(former.id)}.`, '', `x${serverNameOf(former.id)}`]) {
      expect(keyInServerName(name)).toBeUndefined();
    }
  });
});
