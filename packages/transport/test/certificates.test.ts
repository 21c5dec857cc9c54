/** What the other side's certificate may be: an Ed25519 key counts, and nothing else of it, be it as absurd as it may. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  APPLICATION_PROTOCOL,
  type Connection,
  dialSecure,
  type Identity,
  listenSecure,
  type SecureServer,
} from '../src/index.js';
import { newIdentity } from './identities.js';
import { Recorder, text } from './recorder.js';
import {
  brokenExtensions,
  ed448,
  type KeyAndCertificate,
  otherAlgorithms,
  selfSigned,
  unknownExtension,
  x509,
} from './strange-certificates.js';

let own: Identity;

beforeAll(async () => {
  own = await newIdentity();
});

async function listen(): Promise<{ server: SecureServer; accepted: Connection[] }> {
  const accepted: Connection[] = [];
  const listening = await listenSecure({
    identity: own,
    host: '127.0.0.1',
    port: 0,
    maxFrameBytes: 1_000,
    onConnection: (connection) => {
      accepted.push(connection);
      const recorder = new Recorder(connection);
      recorder.onFrame = (frame) => connection.send(frame.slice());
    },
  });
  if (!listening.ok) throw new Error(listening.message);
  onTestFinished(() => listening.server.close());
  return { server: listening.server, accepted };
}

/** A socket that has said something; what it was answered, or undefined where it was closed instead. */
async function answerTo(server: SecureServer, shown: KeyAndCertificate): Promise<Buffer | undefined> {
  const socket = connect({
    host: server.host,
    port: server.port,
    rejectUnauthorized: false,
    ALPNProtocols: [APPLICATION_PROTOCOL],
    ...shown,
  });
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  socket.write(Buffer.from('\0\0\0\x01x', 'latin1'));
  return new Promise((resolve) => socket.once('data', resolve).once('close', () => resolve(undefined)));
}

/** What a dialler of ours comes to with a server that shows this. */
async function dialTo(shown: KeyAndCertificate) {
  const sockets: TLSSocket[] = [];
  const server = createServer(
    {
      ...shown,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
      ALPNProtocols: [APPLICATION_PROTOCOL],
    },
    (socket) => sockets.push(socket.on('error', () => undefined)),
  );
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const dialled = await dialSecure({ identity: own, host: '127.0.0.1', port, timeoutMs: 10_000, maxFrameBytes: 1_000 });
  if (dialled.ok) {
    const recorder = new Recorder(dialled.connection);
    dialled.connection.close();
    for (const socket of sockets) socket.destroy();
    await recorder.closed();
  }
  server.close();
  return dialled;
}

/** An ordinary client gets its answer. */
async function expectUnharmed(server: SecureServer): Promise<void> {
  const dialled = await dialSecure({ identity: own, ...server, timeoutMs: 10_000, maxFrameBytes: 1_000 });
  if (!dialled.ok) throw new Error(dialled.message);
  const recorder = new Recorder(dialled.connection);
  dialled.connection.send(text('still there?'));
  await recorder.received(1);
  dialled.connection.close();
  await recorder.closed();
}

const otherKinds: Readonly<Record<string, () => Promise<KeyAndCertificate>>> = {
  ...Object.fromEntries(
    Object.entries(otherAlgorithms).map(([name, algorithm]) => [name, () => selfSigned({ algorithm })]),
  ),
  Ed448: async () => ed448,
};

describe('a key of another kind', () => {
  it.each(Object.entries(otherKinds))('is not let in, nor spoken to: %s', async (_kind, make) => {
    const shown = await make();
    const { server, accepted } = await listen();
    expect(await answerTo(server, shown)).toBeUndefined();
    expect(accepted).toEqual([]);
    expect(await dialTo(shown)).toMatchObject({ ok: false, reason: 'protocol' });
    await expectUnharmed(server);
  });
});

const absurd: Readonly<Record<string, () => Promise<KeyAndCertificate>>> = {
  'that has expired': () => selfSigned({ notAfter: '2001-01-01' }),
  'that is not valid yet': () => selfSigned({ notBefore: '2099-01-01' }),
  'that ends before it begins': () => selfSigned({ notBefore: '2099-01-01', notAfter: '2001-01-01' }),
  'of somebody with a strange name': () => selfSigned({ name: 'CN=\\"../../etc/passwd\\00\u001b[2J\u202e' }),
  'of nobody': () => selfSigned({ name: '' }),
  'of an authority': () => selfSigned({ extensions: [new x509.BasicConstraintsExtension(true, 0, true)] }),
  'that is for signing mail': () =>
    selfSigned({ extensions: [new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.4'], true)] }),
  'with a critical extension that nobody knows': () => selfSigned({ extensions: [unknownExtension(10, true)] }),
  'with a thousand extensions': () =>
    selfSigned({ extensions: Array.from({ length: 1_000 }, (_, arc) => unknownExtension(10, false, arc)) }),
  'of 60 KiB': () => selfSigned({ extensions: [unknownExtension(60 * 1024, false)] }),
};

describe('a certificate', () => {
  it.each(Object.entries(absurd))('%s shows its key, and that alone counts', async (_what, make) => {
    const shown = await make();
    const { server, accepted } = await listen();
    expect(await answerTo(server, shown)).toBeDefined();
    expect(accepted.map(({ remote }) => remote.key)).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect((await dialTo(shown)).ok).toBe(true);
    await expectUnharmed(server);
  });

  it('that is larger than TLS takes, or broken inside, closes its own connection alone', async () => {
    const shown = [
      await selfSigned({ extensions: [unknownExtension(200 * 1024, false)] }),
      ...(await Promise.all(brokenExtensions.map((extension) => selfSigned({ extensions: [extension] })))),
    ];
    const { server } = await listen();
    // Whether a broken one is taken is OpenSSL's to say; that it does no harm is ours.
    for (const each of shown) await answerTo(server, each);
    expect(await answerTo(server, shown[0] as KeyAndCertificate)).toBeUndefined();
    await expectUnharmed(server);
  });

  it('of one key shown with another key is refused by whoever looks', async () => {
    const [one, other] = await Promise.all([selfSigned(), selfSigned()]);
    expect(() => connect({ port: 1, key: one.key, cert: other.cert })).toThrow(/key values mismatch/);
  });
});

describe('a session', () => {
  it('is never resumed: whoever comes with one shows its key again, or is not let in', async () => {
    const { server, accepted } = await listen();
    const sessions: Buffer[] = [];
    const first = connect({
      ...server,
      ...(await selfSigned()),
      rejectUnauthorized: false,
      ALPNProtocols: [APPLICATION_PROTOCOL],
    });
    first.on('session', (session) => sessions.push(session));
    first.write(Buffer.from('\0\0\0\x01x', 'latin1'));
    await once(first, 'data');
    first.destroy();
    expect(sessions.length).toBeGreaterThan(0);
    expect(accepted).toHaveLength(1);
    for (const session of sessions) {
      // Somebody who has come by the session, but not by the key.
      const second = connect({ ...server, session, rejectUnauthorized: false, ALPNProtocols: [APPLICATION_PROTOCOL] });
      const reused: boolean[] = [];
      second.on('secureConnect', () => reused.push(second.isSessionReused()));
      second.on('error', () => undefined);
      second.write(Buffer.from('\0\0\0\x01x', 'latin1'));
      await new Promise((resolve) => second.resume().once('close', resolve));
      expect([reused, second.bytesRead]).toEqual([[false], 0]);
    }
    expect(accepted).toHaveLength(1);
  });
});
