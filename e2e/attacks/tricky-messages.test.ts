/** Messages whose nesting, lengths, keys or numbers are a trick, to a tracker's and to a client's port. */
import type { Socket } from 'node:net';
import { type ClientProgram, Cluster, freePorts, gatherGroup, sha256OfFile, writeTestFile } from '@p2p/harness';
import { encodeMessage, FrameDecoder, MAX_REPLY_FRAME_BYTES, MAX_REQUEST_FRAME_BYTES, unpack } from '@p2p/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, newDevice, RawClient } from './raw-client.js';
import { joinRaw, type RawMember } from './raw-member.js';
import { closedByOther, frame, openTls } from './raw-sockets.js';

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;
let mallory: RawMember;
const ports = { tracker: 0, client: 0 };

beforeAll(async () => {
  cluster = await Cluster.start();
  const [port = 0] = await freePorts(1);
  Object.assign(ports, { tracker: cluster.port(1), client: port });
  [alice, bob] = await gatherGroup(cluster, 'films', [['alice', `127.0.0.1:${port}`], 'bob']);
  await writeTestFile(`${cluster.directory}/film`, 600_000);
  await alice.succeed('upload_file film films');
  mallory = await joinRaw({ cluster, owner: alice, user: 'mallory', group: 'films', file: 'film' });
});
afterAll(() => cluster.stop());

const text = (characters: string): number[] => [0xd9, Buffer.byteLength(characters), ...Buffer.from(characters)];
const field = (key: string, value: readonly number[]): number[] => [...text(key), ...value];
const map = (...fields: readonly (readonly number[])[]): number[] => [0x80 | fields.length, ...fields.flat()];
/** A request that any tracker answers, and that a client ignores, with something more in it. */
const pinging = (...fields: readonly (readonly number[])[]): number[] =>
  map(field('type', text('ping')), field('id', [7]), ...fields);
const repeat = (times: number, ...bytes: readonly number[]): number[] => new Array(times).fill(bytes).flat();

const refused: Readonly<Record<string, readonly number[]>> = {
  'arrays in arrays, one too deep': pinging(field('x', [...repeat(16, 0x91), 0xc0])),
  'arrays in arrays without end': repeat(200_000, 0x91),
  'maps in maps, one too deep': pinging(field('x', [...repeat(16, 0x81, 0xa1, 0x61), 0xc0])),
  'maps in maps without end': repeat(60_000, 0x81, 0xa1, 0x61),
  'an array of 2^32 - 1 that is not there': pinging(field('x', [0xdd, 0xff, 0xff, 0xff, 0xff])),
  'a map of 2^32 - 1 that is not there': [0xdf, 0xff, 0xff, 0xff, 0xff],
  'a string of 2^32 - 1 that is not there': pinging(field('x', [0xdb, 0xff, 0xff, 0xff, 0xff, 0x61])),
  'bytes of 2^31 that are not there': pinging(field('x', [0xc6, 0x80, 0, 0, 0, 0x61])),
  'a string that is longer than the frame': pinging().map((byte, at) => (at === 2 ? 200 : byte)),
  'as many values as fit a frame': [0xdd, 0, 3, 0xd0, 0x90, ...repeat(250_000, 0xc0)],
  'a key that is a number': map(field('type', text('ping')), field('id', [7]), [1, 1]),
  'a key that is a map': map(field('type', text('ping')), field('id', [7]), [0x80, 1]),
  'a byte that means nothing': pinging(field('x', [0xc1])),
  'a time': pinging(field('x', [0xd6, 0xff, 0, 0, 0, 0])),
  'a record of msgpackr': [
    0xd4,
    0x72,
    0x40,
    0x92,
    0xa4,
    ...Buffer.from('type'),
    0xa2,
    ...Buffer.from('id'),
    0xa4,
    1,
    7,
  ],
  'references of msgpackr': pinging(field('x', [0x92, 0xd6, 0x69, 0, 0, 0, 1, 0x91, 1, 0xd6, 0x70, 0, 0, 0, 1])),
  'a function of msgpackr': pinging(field('x', [0xd4, 0x65, 0x01])),
  'something behind the message': [...pinging(), 0xc0],
  'two messages in one frame': [...pinging(), ...pinging()],
  'a long string with a byte order mark': pinging(field('x', text(`\ufeff${'a'.repeat(100)}`))),
  'no map but a list': [0x92, 1, 2],
  'no map but a text': text('ping'),
  nothing: [0xc0],
};

describe.each(['tracker', 'client'] as const)('the port of a %s', (target) => {
  test.each(Object.entries(refused))('is closed to %s', async (_what, message) => {
    const socket = await greeted(target);
    expect(message.length).toBeLessThan(MAX_REQUEST_FRAME_BYTES);
    socket.write(frame(message.length, Uint8Array.from(message)));
    await closedByOther(socket);
  });
});

test.each([
  [
    'a key that comes twice: the last one counts',
    map(field('id', [1]), field('type', text('x')), field('type', text('ping')), field('id', [7])),
  ],
  [
    'keys of JavaScript',
    pinging(...['__proto__', 'constructor', 'toString', 'then'].map((key) => field(key, map(field('id', [9]))))),
  ],
  ['numbers in other formats', map(field('type', text('ping')), field('id', [0xcb, 0x40, 0x1c, 0, 0, 0, 0, 0, 0]))],
  ['as much nesting as is allowed', pinging(field('x', [...repeat(15, 0x91), 0xc0]))],
  ['bytes that are no UTF-8, where nobody looks', pinging(field('x', [0xd9, 2, 0xc0, 0xaf]))],
])('%s, and is answered as what it then is', async (_what, message) => {
  const socket = await greeted('tracker');
  const answer = nextAnswer(socket);
  socket.write(frame(message.length, Uint8Array.from(message)));
  expect(await answer).toMatchObject({ type: 'ping.ok', id: 7 });
  socket.destroy();
});

test.each([
  ['NaN', [0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]],
  ['infinity', [0xca, 0x7f, 0x80, 0, 0]],
  ['a half', [0xca, 0x3f, 0, 0, 0]],
  ['2^64 - 1', [0xcf, 255, 255, 255, 255, 255, 255, 255, 255]],
  ['-1', [0xd3, 255, 255, 255, 255, 255, 255, 255, 255]],
])('a counter that is %s is a bad request', async (_what, counter) => {
  const socket = await greeted('tracker');
  const answer = nextAnswer(socket);
  const message = map(field('type', text('logout')), field('id', [7]), field('counter', counter));
  socket.write(frame(message.length, Uint8Array.from(message)));
  expect(await answer).toMatchObject({ type: 'error', id: 7, code: 'bad_request' });
  socket.destroy();
});

test.each([
  ['half a character', [0xed, 0xa0, 0x80]],
  ['a slash in two bytes', [0x61, 0xc0, 0xaf, 0x61]],
  ['two dots in two bytes each', [0xc0, 0xae, 0xc0, 0xae]],
  ['a null byte in two bytes', [0x61, 0xc0, 0x80]],
  ['a byte that begins nothing', [0x61, 0xff]],
  ['an invisible selector', [...Buffer.from('admin\ufe0f')]],
  ['a byte order mark', [...Buffer.from('\ufeffadmin')]],
  ['what stands for the unreadable', [...Buffer.from('a\ufffd')]],
])('a name with %s is refused, not read as another', async (_what, bytes) => {
  const socket = await greeted('tracker');
  const answer = nextAnswer(socket);
  const name = [0xd9, bytes.length, ...bytes];
  const message = map(
    field('type', text('create_group')),
    field('id', [7]),
    field('counter', [1]),
    field('group', name),
  );
  socket.write(frame(message.length, Uint8Array.from(message)));
  expect(await answer).toMatchObject({ type: 'error', id: 7, code: 'invalid_name' });
  socket.destroy();
});

test('everybody goes about their business afterwards', async () => {
  const raw = await RawClient.connect(await newDevice(cluster.directory, 'afterwards'), ports.tracker);
  expect(codeOf(await raw.ask({ type: 'ping' }))).toBe('ping.ok');
  expect([cluster.tracker(1).running, alice.running]).toEqual([true, true]);
  await bob.succeed('download_file films film copy');
  expect(await bob.succeed('wait')).toEqual({ complete: 1, failed: 0 });
  expect(await sha256OfFile(`${cluster.directory}/copy`)).toBe(await sha256OfFile(`${cluster.directory}/film`));
});

/** A connection whose hello has been answered. */
async function greeted(target: 'tracker' | 'client'): Promise<Socket> {
  const { identity, swarm } = mallory;
  const device = target === 'client' ? identity : await newDevice(cluster.directory);
  const socket = await openTls(device, ports[target]);
  const answered = nextAnswer(socket);
  const hello =
    target === 'tracker'
      ? { type: 'hello', id: 1, protocol: 1, counter: Date.now() }
      : { type: 'hello', protocol: 1, role: 'download', grant: swarm.grant };
  const bytes = encodeMessage(hello);
  socket.write(frame(bytes.length, bytes));
  await answered;
  return socket;
}

/** The first message that comes from now on. */
function nextAnswer(socket: Socket): Promise<unknown> {
  const frames = new FrameDecoder(MAX_REPLY_FRAME_BYTES);
  return new Promise((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      frames.push(Uint8Array.from(chunk), (answer) => {
        socket.off('data', take);
        resolve(unpack(answer.slice()));
      });
    };
    socket.on('data', take);
    socket.once('close', () => reject(new Error('closed instead of an answer')));
  });
}
