/** Who dials whom, and that nobody serves who was not asked to. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DeviceId,
  DIAL_REQUEST_TIMEOUT_MS,
  encodeMessage,
  type GroupId,
  MAX_DIALS_FOR_OTHERS,
  PROTOCOL_VERSION,
  type QueryInput,
  type ReplyTo,
  refusal,
} from '@p2p/protocol';
import { type Connection, type Identity, listenSecure, loadOrCreateIdentity, memoryPair } from '@p2p/transport';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { AskedDials } from '../src/dialling/asked-dials.js';
import { Dialling, type DiallingOptions } from '../src/dialling/dialling.js';
import { DialsForOthers } from '../src/dialling/dials-for-others.js';
import { ReachNotice } from '../src/dialling/reach-notice.js';
import type { DialTrouble } from '../src/fetching/connect-peer.js';

const sharer = 'a'.repeat(64) as DeviceId;
const group = `${'b'.repeat(64)}.3` as GroupId;
const nowhere = { host: '127.0.0.1', port: 1 };
const helloAs = (role: 'serve' | 'download', protocol = PROTOCOL_VERSION) =>
  encodeMessage({ type: 'hello', protocol, role });

let own: Identity;
let other: Identity;
beforeAll(async () => {
  [own, other] = await Promise.all([newIdentity(), newIdentity()]);
});

async function newIdentity(): Promise<Identity> {
  const folder = await mkdtemp(join(tmpdir(), 'p2p-peer-'));
  const loaded = await loadOrCreateIdentity(join(folder, 'device.key'));
  await rm(folder, { recursive: true });
  if (!loaded.ok) throw new Error(loaded.message);
  return loaded.identity;
}

type Outcome = ReplyTo<'ask_dial'>['outcome'];
type Session = DiallingOptions['session'];

const nothing = (): void => undefined;

/** A tracker that answers every request to dial like this, once `before` has happened. */
function trackerThat(answers: Outcome | 'no tracker', before = nothing) {
  const asked: unknown[] = [];
  const ask = async (query: Omit<QueryInput, 'id'>) => {
    asked.push(query);
    before();
    if (answers === 'no tracker') return refusal('no_tracker');
    return { ok: true, tracker: 1, reply: { type: 'ask_dial.ok', id: 1, outcome: answers } };
  };
  return { asked, session: { ask } as unknown as Session };
}

/** Somebody with this key dials; returns the end that has dialled, and what has become of it. */
function dialIn(dialling: Dialling, key: string, ...frames: Uint8Array[]) {
  const [inside, outside] = memoryPair({ key: own.id, host: 'here', port: 2 }, { key, host: '192.0.2.7', port: 1 });
  const heard: Uint8Array[] = [];
  const ended = new Promise((resolve) => {
    outside.start({ frame: (frame) => heard.push(frame.slice()), closed: resolve });
  });
  dialling.accept(inside);
  for (const frame of frames) outside.send(frame);
  return { outside, heard, ended };
}

function diallingWith(session: Session) {
  const served: Connection[] = [];
  const notices: string[] = [];
  const dialling = new Dialling({
    identity: own,
    session,
    serve: (connection) => served.push(connection),
    notice: (line) => notices.push(line),
  });
  onTestFinished(() => dialling.close());
  return { dialling, served, notices };
}

const unreachable = { device: sharer, address: nowhere, reachable: false };
const never = new AbortController().signal;

function connectionOf(dialled: Connection | DialTrouble): Connection {
  if (typeof dialled === 'string') throw new Error(dialled);
  return dialled;
}

describe('whoever dials this client', () => {
  test('to download is served, from its hello on', async () => {
    const { dialling, served } = diallingWith(trackerThat('asked').session);
    const { outside } = dialIn(dialling, sharer, helloAs('download'), Uint8Array.of(7));
    await expect.poll(() => served.length).toBe(1);
    const heard: number[] = [];
    served[0]?.start({ frame: (frame) => heard.push(frame.length), closed: () => undefined });
    await expect.poll(() => heard).toEqual([helloAs('download').length, 1]);
    outside.close();
  });

  test.each([
    ['to serve, unasked', helloAs('serve')],
    ['to serve by another protocol', helloAs('serve', PROTOCOL_VERSION + 1)],
  ])('%s, is let go, and hears nothing', async (_what, hello) => {
    const { dialling, served } = diallingWith(trackerThat('asked').session);
    const { heard, ended } = dialIn(dialling, sharer, hello);
    await ended;
    expect([heard, served]).toEqual([[], []]);
  });

  test('to say what is no hello is left to whoever serves', async () => {
    const { dialling, served } = diallingWith(trackerThat('asked').session);
    dialIn(dialling, sharer, Uint8Array.of(0xc1));
    await expect.poll(() => served.length).toBe(1);
  });
});

describe('a sharer that can’t be dialled', () => {
  test('is asked to dial, and is what was waited for', async () => {
    let come = nothing;
    const { session, asked } = trackerThat('asked', () => come());
    const { dialling, served } = diallingWith(session);
    come = () => void dialIn(dialling, sharer, helloAs('serve'), Uint8Array.of(9));
    const connection = await dialling.dial(unreachable, never, group);
    expect(asked).toEqual([{ type: 'ask_dial', group, device: sharer }]);
    const heard: Uint8Array[] = [];
    connectionOf(connection).start({ frame: (frame) => heard.push(frame.slice()), closed: () => undefined });
    await expect.poll(() => heard).toEqual([Uint8Array.of(9)]);
    expect(served).toEqual([]);
    const again = dialIn(dialling, sharer, helloAs('serve'));
    await again.ended;
  });

  test('and nobody else in its place', async () => {
    let come = nothing;
    const { session } = trackerThat('asked', () => come());
    const { dialling } = diallingWith(session);
    const ends: Promise<unknown>[] = [];
    come = () => {
      ends.push(dialIn(dialling, 'c'.repeat(64), helloAs('serve')).ended);
      dialIn(dialling, sharer, helloAs('serve'));
    };
    expect(connectionOf(await dialling.dial(unreachable, never, group)).remote.key).toBe(sharer);
    await Promise.all(ends);
  });

  test('is waited for as long as it may take, and not taken afterwards', async () => {
    vi.useFakeTimers();
    try {
      const dials = new AskedDials(trackerThat('asked').session);
      const coming = dials.ask(sharer, group, never);
      await vi.advanceTimersByTimeAsync(DIAL_REQUEST_TIMEOUT_MS - 1);
      const [late] = memoryPair({ key: own.id, host: '', port: 1 }, { key: sharer, host: '', port: 1 });
      await vi.advanceTimersByTimeAsync(1);
      expect(await coming).toBe('no_answer');
      expect(dials.take(late)).toBe(false);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test.each([
    ['asked', 'no_answer'],
    ['later', 'no_answer'],
    ['not_sharing', 'no_answer'],
    ['no tracker', 'no_answer'],
    ['unreachable', 'unreachable'],
  ] as const)('is not waited for any longer where the tracker says: %s', async (answers, expected) => {
    const closing = new AbortController();
    const dials = new AskedDials(trackerThat(answers).session);
    const coming = dials.ask(sharer, group, closing.signal);
    if (answers === 'asked') closing.abort();
    expect(await coming).toBe(expected);
  });

  test('is asked again where the tracker doesn’t know yet whether this client can be dialled', async () => {
    vi.useFakeTimers();
    try {
      const outcomes: Outcome[] = ['later', 'later', 'unreachable'];
      const ask = async () => ({ ok: true, tracker: 1, reply: { outcome: outcomes.shift() } });
      const coming = new AskedDials({ ask } as unknown as Session).ask(sharer, group, never);
      await vi.advanceTimersByTimeAsync(DIAL_REQUEST_TIMEOUT_MS - 1);
      expect(await coming).toBe('unreachable');
      expect(outcomes).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('is dialled all the same where it doesn’t come: the tracker may be further off', async () => {
    const { dialling } = diallingWith(trackerThat('unreachable').session);
    const { port } = await listen(other);
    const peer = { device: other.id as DeviceId, address: { host: '127.0.0.1', port }, reachable: false };
    const connection = connectionOf(await dialling.dial(peer, never, group));
    expect(connection.remote.key).toBe(other.id);
    connection.close();
  });
});

test('one that should be there, and is not for this client, is asked to dial', async () => {
  const { session, asked } = trackerThat('not_sharing');
  const { dialling } = diallingWith(session);
  expect(await dialling.dial({ ...unreachable, reachable: true }, never, group)).toBe('not_reached');
  expect(asked).toHaveLength(1);
});

test.each([true, false, null])(
  'that neither can be reached is said, whichever way was tried first',
  async (reachable) => {
    const { dialling } = diallingWith(trackerThat('unreachable').session);
    expect(await dialling.dial({ ...unreachable, reachable }, never, group)).toBe('neither_reachable');
  },
);

/** Somebody who listens, and what the first frame of each connection was. */
async function listen(identity: Identity) {
  const heard: Uint8Array[] = [];
  const listening = await listenSecure({
    identity,
    host: '127.0.0.1',
    port: 0,
    maxFrameBytes: 1_000,
    onConnection: (connection) =>
      connection.start({ frame: (frame) => heard.push(frame.slice()), closed: () => undefined }),
  });
  if (!listening.ok) throw new Error(listening.message);
  onTestFinished(() => listening.server.close());
  return { port: listening.server.port, heard };
}

describe('a downloader that a tracker has named', () => {
  test('is dialled, told what for, and served', async () => {
    const { port, heard } = await listen(other);
    const served: Connection[] = [];
    const dials = new DialsForOthers({ identity: own, serve: (connection) => served.push(connection) });
    await dials.take({ device: other.id as DeviceId, address: { host: '127.0.0.1', port } });
    expect(served.map(({ remote }) => remote.key)).toEqual([other.id]);
    await expect.poll(() => heard.map((frame) => Buffer.from(frame))).toEqual([Buffer.from(helloAs('serve'))]);
    served[0]?.close();
  });

  test('is told nothing where another key is shown', async () => {
    const { port, heard } = await listen(other);
    const served: Connection[] = [];
    const dials = new DialsForOthers({ identity: own, serve: (connection) => served.push(connection) });
    await dials.take({ device: sharer, address: { host: '127.0.0.1', port } });
    expect([served, heard]).toEqual([[], []]);
  });

  test('is dialled once at a time, and so many others', async () => {
    const dials = new DialsForOthers({ identity: own, serve: () => undefined });
    const stranger = await silent();
    const address = { host: '127.0.0.1', port: stranger.port };
    const deviceOf = (number: number) => number.toString(16).padStart(64, '0') as DeviceId;
    const all = [0, 0, ...Array.from({ length: MAX_DIALS_FOR_OTHERS + 5 }, (_, number) => number)];
    const taken = all.map((number) => dials.take({ device: deviceOf(number), address }));
    await expect.poll(() => stranger.connections()).toBe(MAX_DIALS_FOR_OTHERS);
    dials.close();
    await Promise.all(taken);
    expect(stranger.connections()).toBe(MAX_DIALS_FOR_OTHERS);
  });
});

/** Something that accepts connections and says nothing. */
async function silent() {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return { port: typeof address === 'object' ? (address?.port ?? 0) : 0, connections: () => connections };
}

describe('a person', () => {
  const address = { host: '192.0.2.7', port: 4_001 };
  const at = (reachable: boolean, port = 4_001) => ({ address: { ...address, port }, reachable });

  test('hears once that nobody can reach this client, why that matters and what to do', () => {
    const notice = new ReachNotice();
    const line = notice.take(at(false));
    expect(line).toContain('nobody can reach this client at 192.0.2.7:4001');
    expect(line).toContain('serves only those whom it can dial itself');
    expect(line).toContain('forward port 4001');
    expect(line).toContain('--bind');
    expect(notice.take(at(false))).toBeUndefined();
    expect(notice.take(at(true))).toBe('this client can be reached at 192.0.2.7:4001 now');
    expect(notice.take(at(true))).toBeUndefined();
    expect(notice.take(at(false))).toContain('nobody');
  });

  test('hears nothing while all is well', () => {
    const notice = new ReachNotice();
    expect([notice.take(at(true)), notice.take(at(true))]).toEqual([undefined, undefined]);
  });
});
