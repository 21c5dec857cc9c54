/** Older TLS, sessions of before, and who shows which key: at the trackers' ports, the clients', and as a fake tracker. */
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import { type ClientProgram, Cluster, freePorts, gatherGroup, registered } from '@p2p/harness';
import { encodeMessage, FrameDecoder, MAX_REPLY_FRAME_BYTES, unpack } from '@p2p/protocol';
import { APPLICATION_PROTOCOL, type Identity, loadOrCreateIdentity } from '@p2p/transport';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinRaw } from './raw-member.js';
import { closedByOther, frame, openTls } from './raw-sockets.js';

let cluster: Cluster;
let device: Identity;
let alice: ClientProgram;
const ports = { tracker: 0, client: 0 };

beforeAll(async () => {
  cluster = await Cluster.start();
  const [port = 0] = await freePorts(1);
  Object.assign(ports, { tracker: cluster.port(1), client: port });
  [alice] = await gatherGroup(cluster, 'films', [['alice', `127.0.0.1:${port}`]]);
  await writeFile(join(cluster.directory, 'film'), 'a film');
  await alice.succeed('upload_file film films');
  const member = await joinRaw({ cluster, owner: alice, user: 'mallory', group: 'films', file: 'film' });
  device = member.identity;
  hellos.client = encodeMessage({ type: 'hello', protocol: 1, role: 'download', grant: member.swarm.grant });
});
afterAll(() => cluster.stop());

const hellos: Record<'tracker' | 'client', Uint8Array> = {
  tracker: encodeMessage({ type: 'hello', id: 1, protocol: 1, counter: 1 }),
  /** With a member's grant, when there is one. */
  client: new Uint8Array(),
};

describe.each(['tracker', 'client'] as const)('the port of a %s', (target) => {
  const hello = () => frame(hellos[target].length, hellos[target]);

  test.each(['TLSv1', 'TLSv1.1', 'TLSv1.2'] as const)('refuses %s', async (maxVersion) => {
    const options = { minVersion: 'TLSv1', maxVersion, ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(openTls(device, ports[target], options)).rejects.toThrow(/alert|protocol version/);
  });

  test('speaks TLS 1.3 with whoever would take less', async () => {
    const socket = (await openTls(device, ports[target], { minVersion: 'TLSv1' })) as TLSSocket;
    expect(socket.getProtocol()).toBe('TLSv1.3');
    socket.destroy();
  });

  test('resumes nobody’s session, neither for its owner nor for somebody who has come by it', async () => {
    const sessions: Buffer[] = [];
    const first = (await openTls(device, ports[target])) as TLSSocket;
    first.on('session', (session: Buffer) => sessions.push(session));
    await answeredTo(first, hello());
    first.destroy();
    const session = sessions[0];
    if (session === undefined) throw new Error('there is nothing to resume');
    const again = (await openTls(device, ports[target], { session })) as TLSSocket;
    expect(again.isSessionReused()).toBe(false);
    await answeredTo(again, hello());
    again.destroy();
    // Without the key the handshake looks finished to the dialler, and then nothing comes.
    const thief = (await openTls(device, ports[target], { session, key: undefined, cert: undefined })) as TLSSocket;
    expect(thief.isSessionReused()).toBe(false);
    thief.write(hello());
    await closedByOther(thief);
    expect(thief.bytesRead).toBe(0);
  });

  test('shows a key whose id is known, in a certificate that says nothing else', async () => {
    const socket = (await openTls(device, ports[target])) as TLSSocket;
    const shown = socket.getPeerX509Certificate() as X509Certificate;
    const id = createHash('sha256')
      .update(shown.publicKey.export({ type: 'spki', format: 'der' }))
      .digest('hex');
    const kept = target === 'tracker' ? 'cluster.crt' : join('clients', 'alice', 'device.crt');
    const own = new X509Certificate(await readFile(join(cluster.directory, kept)));
    expect(shown.fingerprint256).toBe(own.fingerprint256);
    expect([shown.publicKey.asymmetricKeyType, shown.subject]).toEqual(['ed25519', `CN=${id}`]);
    socket.destroy();
  });
});

test('a tracker’s address at which only TLS 1.2 is spoken is no tracker, though it shows the cluster’s key', async () => {
  const loaded = await loadOrCreateIdentity(join(cluster.directory, 'cluster.key'));
  if (!loaded.ok) throw new Error(loaded.message);
  const { privateKeyPem: key, certificatePem: cert } = loaded.identity;
  const bob = await registered(cluster, 'bob');
  await cluster.tracker(1).stop();
  const said: Buffer[] = [];
  const old = createServer(
    {
      key,
      cert,
      requestCert: true,
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.2',
      ALPNProtocols: [APPLICATION_PROTOCOL],
    },
    (socket) => socket.on('data', (chunk: Buffer) => said.push(chunk)).on('error', () => undefined),
  );
  const refused = once(old, 'tlsClientError');
  old.listen(ports.tracker, '127.0.0.1');
  await once(old, 'listening');
  try {
    expect(await bob.until('whoami', ({ tracker }) => tracker === 2)).toMatchObject({ user: 'bob' });
    await bob.stop();
    // It tries the first tracker first.
    const again = cluster.client([], 'bob');
    expect(await again.succeed('whoami')).toMatchObject({ user: 'bob', tracker: 2 });
    await refused;
    expect(said).toEqual([]);
  } finally {
    old.close();
    await cluster.startTracker(1);
  }
});

test('everybody goes about their business afterwards', async () => {
  expect(await alice.succeed('whoami')).toMatchObject({ user: 'alice' });
});

/** Sends a hello and waits for what is not an alert but an answer. */
function answeredTo(socket: TLSSocket, hello: Uint8Array): Promise<void> {
  const frames = new FrameDecoder(MAX_REPLY_FRAME_BYTES);
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => {
      frames.push(Uint8Array.from(chunk), (answer) => {
        const value = unpack(answer.slice());
        if (typeof value === 'object' && value !== null && 'type' in value) resolve();
        else reject(new Error('what came is no answer'));
      });
    });
    socket.once('close', () => reject(new Error('closed instead of an answer')));
    socket.write(hello);
  });
}
