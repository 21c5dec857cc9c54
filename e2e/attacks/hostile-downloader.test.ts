/** Who dials a client and asks for what it should not, or asks and takes nothing: refused or let go, others served. */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { type ClientProgram, Cluster, freePorts, gatherGroup, sha256OfFile, writeTestFile } from '@p2p/harness';
import { encodeMessage, MAX_CHANNELS } from '@p2p/protocol';

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RawMessage } from './raw-client.js';
import { RawDownloader } from './raw-downloader.js';
import { joinRaw, type RawMember } from './raw-member.js';
import { frame, openTls } from './raw-sockets.js';

const PIECE_BYTES = 256 * 1024;
/** Two leaves. */
const LEAVES = 32 * 1024;
const FILE_PIECES = 64;
const FILE_BYTES = FILE_PIECES * PIECE_BYTES;
/** More than any bound on what is kept for somebody who takes nothing, and than the system's own buffers. */
const MAX_SENT_BYTES = 256 * 1024 * 1024;
/** Of memory for a few who take nothing: their connections, what is on its way to them, and what waits to be collected. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;
let port: number;
let mallory: RawMember;
let group: string;
let root: string;

beforeAll(async () => {
  cluster = await Cluster.start();
  [port = 0] = await freePorts(1);
  [alice, bob] = await gatherGroup(cluster, 'films', [['alice', `127.0.0.1:${port}`], 'bob']);
  await writeTestFile(join(cluster.directory, 'film'), FILE_BYTES);
  ({ root } = await alice.succeed('upload_file film films'));
  mallory = await joinRaw({ cluster, owner: alice, user: 'mallory', group: 'films', file: 'film' });
  ({ group } = mallory.swarm);
});
afterAll(() => cluster.stop());

const dial = (): Promise<RawDownloader> => RawDownloader.dial(mallory.identity, port, mallory.swarm.grant);

test('what is not shared here is refused', async () => {
  const raw = await dial();
  raw.send({ type: 'open', channel: 1, group, root: '0'.repeat(64) });
  expect(await raw.heard(1)).toMatchObject([{ type: 'refused', channel: 1, reason: 'not_shared' }]);
});

test('hashes that are not there are rejected', async () => {
  const raw = await dial();
  raw.send({ type: 'open', channel: 1, group, root });
  raw.send({ type: 'layer', channel: 1, request: 3, first: 60, count: 5 });
  raw.send({ type: 'layer', channel: 9, request: 4, first: 0, count: 1 });
  const answers = await raw.heard(3);
  expect(answers[0]).toMatchObject({ type: 'opened', complete: true });
  expect(answers.slice(1)).toMatchObject([3, 4].map((request) => ({ type: 'rejected', request })));
});

test.each([
  ['a run that ends before it starts', { type: 'offer', channel: 1, add: [[5, 4]] }],
  ['pieces behind the last', { type: 'offer', channel: 1, add: [[FILE_PIECES - 1, FILE_PIECES + 1]] }],
  ['bytes that were never sent, acknowledged,', { type: 'credit', channel: 1, received: 1, credit: 1, clock: 0 }],
  ['a path for a root', { type: 'open', channel: 2, group: 'films', root: '../../etc/passwd' }],
  ['a message of the other side', { type: 'opened', channel: 1, complete: true }],
])('%s closes the connection', async (_what, message) => {
  const raw = await dial();
  raw.send({ type: 'open', channel: 1, group, root });
  await raw.heard(1);
  raw.send(message);
  await raw.closed;
});

test('nothing comes without a credit, and no more than it says', async () => {
  const raw = await dial();
  raw.send({ type: 'open', channel: 1, group, root });
  raw.send({ type: 'offer', channel: 1, add: [[0, FILE_PIECES]] });
  raw.send({ type: 'open', channel: 2, group, root });
  raw.take(2, 1);
  await raw.got(PIECE_BYTES);
  raw.send({ type: 'credit', channel: 1, received: 0, credit: LEAVES, clock: 0 });
  await raw.got(PIECE_BYTES + LEAVES);
  raw.take(2, 2);
  await raw.got(3 * PIECE_BYTES + LEAVES);
  expect(raw.byteCount).toBe(3 * PIECE_BYTES + LEAVES);
});

test('a piece that is offered twice is sent once, and once more when it has come', async () => {
  const raw = await dial();
  raw.send({ type: 'open', channel: 1, group, root });
  raw.take(1, 1);
  raw.send({ type: 'offer', channel: 1, add: [[0, 1]] });
  await raw.got(PIECE_BYTES);
  raw.send({ type: 'offer', channel: 1, add: [[0, 1]] });
  await raw.got(2 * PIECE_BYTES);
});

test('a channel that is open already closes the connection', async () => {
  const raw = await dial();
  raw.send({ type: 'open', channel: 1, group, root });
  raw.send({ type: 'open', channel: 1, group, root });
  await raw.closed;
});

test('no more channels than there may be', async () => {
  const raw = await dial();
  for (let channel = 0; channel <= MAX_CHANNELS; channel++) raw.send({ type: 'open', channel, group, root });
  const answers = await raw.heard(MAX_CHANNELS + 1);
  expect(answers.filter(({ type }) => type === 'opened')).toHaveLength(MAX_CHANNELS);
  expect(answers.at(-1)).toMatchObject({ type: 'refused', reason: 'too_many_channels' });
});

/** Says `messages` to alice, the last of them again and again, and never reads a byte. Resolves when it is let go. */
async function askAndTakeNothing(messages: readonly RawMessage[]): Promise<void> {
  const socket = await openTls(mallory.identity, port);
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

function write(socket: Socket, message: RawMessage): void {
  const bytes = encodeMessage(message);
  socket.write(frame(bytes.length, bytes));
}

/** Memory of a client's process. */
async function residentBytes({ pid }: ClientProgram): Promise<number> {
  const [, kilobytes = ''] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

function isTaken(socket: Socket, bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => socket.write(bytes, (error) => resolve(!error)));
}

const peerHello = (): RawMessage => ({ type: 'hello', protocol: 1, role: 'download', grant: mallory.swarm.grant });
const openFilm = (): RawMessage => ({ type: 'open', channel: 1, group, root });

test.each<[string, () => readonly RawMessage[]]>([
  ['hashes', () => [openFilm(), { type: 'layer', channel: 1, request: 1, first: 0, count: 64 }]],
  ['what is not there', () => [{ type: 'layer', channel: 9, request: 1, first: 0, count: 64 }]],
])('who asks a client for %s and takes nothing is let go', async (_what, messages) => {
  await askAndTakeNothing([peerHello(), ...messages()]);
});

test('who offers to take everything without end, and takes nothing, is not kept anything for', async () => {
  const before = await residentBytes(alice);
  const everything = { type: 'offer', channel: 1, add: [[0, FILE_PIECES]] };
  const credit = { type: 'credit', channel: 1, received: 0, credit: Number.MAX_SAFE_INTEGER, clock: 0 };
  const greedy = await Promise.all(Array.from({ length: 3 }, () => openTls(mallory.identity, port)));
  for (const socket of greedy) {
    socket.pause();
    for (const message of [peerHello(), openFilm(), credit]) write(socket, message);
    for (let again = 0; again < 1_000; again++) {
      write(socket, { type: 'offer', channel: 1, remove: [[0, FILE_PIECES]] });
      write(socket, everything);
    }
  }
  const raw = await dial();
  raw.send({ type: 'open', channel: 1, group, root });
  raw.take(1, FILE_PIECES);
  await raw.got(FILE_BYTES);
  expect((await residentBytes(alice)) - before).toBeLessThan(MAX_KEPT_BYTES);
  for (const socket of greedy) socket.destroy();
});

test('an honest member is served as ever', async () => {
  await bob.succeed('download_file films film copy');
  expect(await bob.succeed('wait')).toEqual({ complete: 1, failed: 0 });
  expect(await sha256OfFile(join(cluster.directory, 'copy'))).toBe(await sha256OfFile(join(cluster.directory, 'film')));
  expect(await alice.succeed('whoami')).toMatchObject({ user: 'alice' });
});
