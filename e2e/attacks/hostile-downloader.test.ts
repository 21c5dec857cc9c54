/** Who dials a client and asks for what it should not, or asks and takes nothing: refused or let go, others served. */
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { type ClientProgram, Cluster, freePorts, gatherGroup, sha256OfFile, writeTestFile } from '@p2p/harness';
import {
  decodeMessage,
  encodeMessage,
  MAX_CHANNELS,
  MAX_REPLY_VALUES,
  type ServerMessage,
  serverMessage,
} from '@p2p/protocol';
import type { Connection, Identity } from '@p2p/transport';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dialRaw, newDevice, RawClient, type RawMessage } from './raw-client.js';
import { frame, openTls } from './raw-sockets.js';

const FILE_BYTES = 16 * 1024 * 1024;
/** More than any bound on what is kept for somebody who takes nothing, and than the system's own buffers. */
const MAX_SENT_BYTES = 256 * 1024 * 1024;

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;
let port: number;
let device: Identity;
let group: string;
let root: string;

beforeAll(async () => {
  cluster = await Cluster.start();
  [port = 0] = await freePorts(1);
  device = await newDevice(cluster.directory);
  [alice, bob] = await gatherGroup(cluster, 'films', [['alice', `127.0.0.1:${port}`], 'bob']);
  await writeTestFile(join(cluster.directory, 'film'), FILE_BYTES);
  ({ root } = await alice.succeed('upload_file film films'));
  group = await groupId();
});
afterAll(() => cluster.stop());

/** What a member learns from the tracker; a member who has left keeps it. */
async function groupId(): Promise<string> {
  const member = await RawClient.connect(device, cluster.port(1));
  await member.change({ type: 'create_user', user: 'mallory', password: 'right-password' });
  await member.change({ type: 'login', user: 'mallory', password: 'right-password', token: new Uint8Array(32) });
  await member.change({ type: 'join_group', group: 'films' });
  await alice.succeed('accept_request films mallory');
  const swarm = await member.ask({ type: 'open_swarm', group: 'films', file: 'film' });
  return swarm.type === 'open_swarm.ok' ? swarm.group : '';
}

/** A connection to alice, greeted, that collects what she says. */
class HostileDownloader {
  readonly said: ServerMessage[] = [];
  readonly closed: Promise<unknown>;
  readonly #connection: Connection;
  #heard: () => void = () => undefined;

  private constructor(connection: Connection) {
    this.#connection = connection;
    this.closed = new Promise((closed) => {
      connection.start({ frame: (bytes) => this.#take(bytes), closed });
    });
    this.send({ type: 'hello', protocol: 1, role: 'download' });
  }

  static async dial(): Promise<HostileDownloader> {
    return new HostileDownloader(await dialRaw(device, port));
  }

  send(message: RawMessage): void {
    this.#connection.send(encodeMessage(message));
  }

  /** Waits until she has said `count` messages in all, besides the hello and bytes; they are returned. */
  async heard(count: number): Promise<ServerMessage[]> {
    while (this.said.length < count) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
    return this.said;
  }

  #take(bytes: Uint8Array): void {
    const decoded = decodeMessage(serverMessage, bytes, MAX_REPLY_VALUES);
    if (decoded.ok) this.said.push(decoded.message);
    this.#heard();
  }
}

test('what is not shared here is refused', async () => {
  const raw = await HostileDownloader.dial();
  raw.send({ type: 'open', channel: 1, group, root: '0'.repeat(64) });
  raw.send({ type: 'open', channel: 2, group: `${'0'.repeat(64)}.1`, root });
  const reason = 'not_shared';
  expect(await raw.heard(2)).toMatchObject([
    { type: 'refused', channel: 1, reason },
    { type: 'refused', channel: 2, reason },
  ]);
});

test('what lies beyond the end is rejected', async () => {
  const raw = await HostileDownloader.dial();
  raw.send({ type: 'open', channel: 1, group, root });
  raw.send({ type: 'request', channel: 1, request: 1, ranges: [[FILE_BYTES - 1, FILE_BYTES + 1]] });
  raw.send({ type: 'request', channel: 9, request: 2, ranges: [[0, 1]] });
  raw.send({ type: 'layer', channel: 1, request: 3, first: 60, count: 5 });
  raw.send({ type: 'layer', channel: 9, request: 4, first: 0, count: 1 });
  const answers = await raw.heard(5);
  expect(answers[0]).toMatchObject({ type: 'opened', complete: true });
  expect(answers.slice(1)).toMatchObject([1, 2, 3, 4].map((request) => ({ type: 'rejected', request })));
});

test.each([
  ['a range that ends before it starts', { type: 'request', channel: 1, request: 1, ranges: [[5, 4]] }],
  ['a path for a root', { type: 'open', channel: 2, group: 'films', root: '../../etc/passwd' }],
  ['a message of the other side', { type: 'opened', channel: 1, complete: true }],
])('%s closes the connection', async (_what, message) => {
  const raw = await HostileDownloader.dial();
  raw.send({ type: 'open', channel: 1, group, root });
  await raw.heard(1);
  raw.send(message);
  await raw.closed;
});

test('a channel that is open already closes the connection', async () => {
  const raw = await HostileDownloader.dial();
  raw.send({ type: 'open', channel: 1, group, root });
  raw.send({ type: 'open', channel: 1, group, root });
  await raw.closed;
});

test('no more channels than there may be', async () => {
  const raw = await HostileDownloader.dial();
  for (let channel = 0; channel <= MAX_CHANNELS; channel++) raw.send({ type: 'open', channel, group, root });
  const answers = await raw.heard(MAX_CHANNELS + 1);
  expect(answers.filter(({ type }) => type === 'opened')).toHaveLength(MAX_CHANNELS);
  expect(answers.at(-1)).toMatchObject({ type: 'refused', reason: 'too_many_channels' });
});

/** Says `messages`, the last of them again and again, and never reads a byte. Resolves when it is let go. */
async function askAndTakeNothing(target: number, messages: readonly RawMessage[]): Promise<void> {
  const socket = await openTls(device, target);
  socket.pause();
  const frames = messages.map((message) => {
    const bytes = encodeMessage(message);
    return frame(bytes.length, bytes);
  });
  for (const bytes of frames) socket.write(bytes);
  const again = Buffer.concat(Array.from({ length: 1_000 }, () => frames.at(-1) ?? new Uint8Array()));
  // A socket that isn't read learns of its end by what it writes.
  for (let sent = 0; sent < MAX_SENT_BYTES; sent += again.length) {
    if (!(await isTaken(socket, again))) return;
  }
  throw new Error('it was never let go');
}

function isTaken(socket: Socket, bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => socket.write(bytes, (error) => resolve(!error)));
}

const peerHello = { type: 'hello', protocol: 1, role: 'download' };
const openFilm = (): RawMessage => ({ type: 'open', channel: 1, group, root });

test.each<[string, () => readonly RawMessage[]]>([
  ['hashes', () => [openFilm(), { type: 'layer', channel: 1, request: 1, first: 0, count: 64 }]],
  ['bytes', () => [openFilm(), { type: 'request', channel: 1, request: 2, ranges: [[0, 1_000_000]] }]],
  ['what is not there', () => [{ type: 'layer', channel: 9, request: 1, first: 0, count: 64 }]],
])('who asks a client for %s and takes nothing is let go', async (_what, messages) => {
  await askAndTakeNothing(port, [peerHello, ...messages()]);
});

test('who asks a tracker and takes nothing is let go', async () => {
  const hello = { type: 'hello', id: 0, protocol: 1, counter: Date.now() };
  await askAndTakeNothing(cluster.port(1), [hello, { type: 'status', id: 2 }]);
});

test('an honest member is served as ever', async () => {
  await bob.succeed('download_file films film copy');
  expect(await bob.succeed('wait')).toEqual({ complete: 1, failed: 0 });
  expect(await sha256OfFile(join(cluster.directory, 'copy'))).toBe(await sha256OfFile(join(cluster.directory, 'film')));
  expect(await alice.succeed('whoami')).toMatchObject({ user: 'alice' });
});
