/** Bytes that are no protocol of ours, to the trackers' and the clients' ports: closed, and nothing else happens. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { type ClientProgram, Cluster, freePorts, gatherGroup, sha256OfFile, writeTestFile } from '@p2p/harness';
import { encodeMessage, MAX_HELLO_FRAME_BYTES } from '@p2p/protocol';
import type { Identity } from '@p2p/transport';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinRaw } from './raw-member.js';
import { closedByOther, frame, openTcp, openTls } from './raw-sockets.js';

const IDLE_CONNECTIONS = 200;

let cluster: Cluster;
let device: Identity;
let alice: ClientProgram;
let bob: ClientProgram;
const ports = { tracker: 0, client: 0 };

beforeAll(async () => {
  cluster = await Cluster.start();
  const [port = 0] = await freePorts(1);
  ports.tracker = cluster.port(1);
  ports.client = port;
  [alice, bob] = await gatherGroup(cluster, 'films', [['alice', `127.0.0.1:${port}`], 'bob']);
  await writeTestFile(`${cluster.directory}/film`, 600_000);
  await alice.succeed('upload_file film films');
  const member = await joinRaw({ cluster, owner: alice, user: 'mallory', group: 'films', file: 'film' });
  device = member.identity;
  const { grant } = member.swarm;
  hellos.client = encodeMessage({ type: 'hello', protocol: 1, role: 'download', grant });
});
afterAll(() => cluster.stop());

/** First messages that a tracker and a client answer. */
const hellos: Record<'tracker' | 'client', Uint8Array> = {
  tracker: encodeMessage({ type: 'hello', id: 1, protocol: 1, counter: 1 }),
  /** With a member's grant, when there is one. */
  client: new Uint8Array(),
};

describe.each(['tracker', 'client'] as const)('the port of a %s', (target) => {
  const helloFrame = () => frame(hellos[target].length, hellos[target]);

  async function sendPlain(bytes: Uint8Array | string): Promise<void> {
    const socket = await openTcp(ports[target]);
    socket.write(bytes);
    await closedByOther(socket);
  }

  async function sendSecurely(...parts: Uint8Array[]): Promise<void> {
    const socket = await openTls(device, ports[target]);
    for (const part of parts) socket.write(part);
    await closedByOther(socket);
  }

  /** Greets, waits for the answer, and goes on with `bytes`. */
  async function sendAfterHello(bytes: Uint8Array): Promise<Socket> {
    const socket = await openTls(device, ports[target]);
    const answered = new Promise((resolve) => socket.once('data', resolve));
    socket.write(helloFrame());
    await answered;
    socket.write(bytes);
    return socket;
  }

  test('noise', () => sendPlain(randomBytes(65_536)));
  test('a web browser', () => sendPlain('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'));
  test('our frames without TLS', () => sendPlain(helloFrame()));

  test('TLS 1.2 is refused', async () => {
    await expect(openTls(device, ports[target], { maxVersion: 'TLSv1.2' })).rejects.toThrow(/alert/);
  });

  test('nobody without a key is talked to', async () => {
    // TLS 1.3 lets the dialler believe that all is well, until the other side has seen that there is no certificate.
    const socket = await openTls(device, ports[target], { key: undefined, cert: undefined });
    socket.write(helloFrame());
    await closedByOther(socket);
    expect(socket.bytesRead).toBe(0);
  });

  test('another application protocol is refused', async () => {
    await expect(openTls(device, ports[target], { ALPNProtocols: ['h2'] })).rejects.toThrow(/alert/);
    await closedByOther(await openTls(device, ports[target], { ALPNProtocols: [] }));
  });

  test('a length beyond every bound', () => sendSecurely(frame(0xffff_ffff)));
  test('a length just beyond that of a hello', () => sendSecurely(frame(MAX_HELLO_FRAME_BYTES + 1)));
  test('an empty frame', () => sendSecurely(frame(0)));
  test('a frame of noise', () => sendSecurely(frame(500, randomBytes(500))));
  test('a hello of another version', () => {
    const other = encodeMessage({ type: 'hello', id: 1, protocol: 99, counter: 1, role: 'download' });
    return sendSecurely(frame(other.length, other));
  });

  test('a hello one byte at a time is a hello', async () => {
    const socket = await openTls(device, ports[target]);
    const answered = new Promise((resolve) => socket.once('data', resolve));
    for (const byte of helloFrame()) socket.write(Uint8Array.of(byte));
    await answered;
    socket.destroy();
  });

  test('after the hello, too, bad frames end the connection', async () => {
    for (const bytes of [frame(0), frame(0x7fff_ffff), frame(300, randomBytes(300))]) {
      await closedByOther(await sendAfterHello(bytes));
    }
  });

  test('somebody who leaves in the middle of a frame', async () => {
    const socket = await sendAfterHello(frame(1_000, randomBytes(10)));
    socket.end();
    await closedByOther(socket);
  });
});

test('whoever connects and says nothing, or not enough, is let go', async () => {
  const sockets: Promise<Socket>[] = [];
  for (const target of ['tracker', 'client'] as const) {
    for (let index = 0; index < IDLE_CONNECTIONS; index++) sockets.push(openTcp(ports[target]));
    sockets.push(openTls(device, ports[target]));
    const halfSaid = await openTls(device, ports[target]);
    halfSaid.write(frame(hellos[target].length, hellos[target].subarray(0, 5)));
    sockets.push(Promise.resolve(halfSaid));
  }
  await Promise.all((await Promise.all(sockets)).map(closedByOther));
});

test('everybody goes about their business afterwards', async () => {
  expect([cluster.tracker(1).running, alice.running]).toEqual([true, true]);
  expect(await alice.succeed('whoami')).toMatchObject({ user: 'alice' });
  await bob.succeed('download_file films film copy');
  expect(await bob.succeed('wait')).toEqual({ complete: 1, failed: 0 });
  expect(await sha256OfFile(`${cluster.directory}/copy`)).toBe(await sha256OfFile(`${cluster.directory}/film`));
});
