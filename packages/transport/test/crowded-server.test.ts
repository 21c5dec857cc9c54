/** A server that is full, or is made to wait: who has to leave, and that nobody else has. Bounds are small ones. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  APPLICATION_PROTOCOL,
  type Connection,
  dialSecure,
  type Identity,
  listenSecure,
  type SecureServer,
  type ServerBounds,
} from '../src/index.js';
import { newIdentity } from './identities.js';
import { Recorder, text, turns } from './recorder.js';

let client: Identity;
let serving: Identity;

beforeAll(async () => {
  [client, serving] = await Promise.all([newIdentity(), newIdentity()]);
});

afterEach(() => {
  vi.useRealTimers();
});

const MAX_FRAME_BYTES = 4 * 1024 * 1024;

class House {
  readonly server: SecureServer;
  readonly #accepted: Connection[];

  private constructor(server: SecureServer, accepted: Connection[]) {
    this.server = server;
    this.#accepted = accepted;
  }

  static async open(bounds: ServerBounds): Promise<House> {
    const accepted: Connection[] = [];
    const listening = await listenSecure({
      identity: serving,
      host: '127.0.0.1',
      port: 0,
      maxFrameBytes: MAX_FRAME_BYTES,
      bounds,
      onConnection: (connection) => accepted.push(connection),
    });
    if (!listening.ok) throw new Error(listening.message);
    onTestFinished(() => listening.server.close());
    return new House(listening.server, accepted);
  }

  /** Somebody who connects and says nothing. */
  async halfOpen(): Promise<Socket> {
    const socket = connectTcp(this.server.port, this.server.host);
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined);
    socket.resume();
    await once(socket, 'connect');
    return socket;
  }

  async rawGuest(): Promise<RawGuest> {
    const { host, port } = this.server;
    const keys = { key: client.privateKeyPem, cert: client.certificatePem };
    const socket = connectTls({
      ...keys,
      host,
      port,
      rejectUnauthorized: false,
      ALPNProtocols: [APPLICATION_PROTOCOL],
    });
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined);
    socket.resume();
    return new RawGuest(await this.#newcomer(), socket);
  }

  /** Both ends of a connection, its TLS done; each hears what comes. */
  async guest() {
    const { host, port } = this.server;
    const dialled = await dialSecure({
      identity: client,
      host,
      port,
      timeoutMs: 10_000,
      maxFrameBytes: MAX_FRAME_BYTES,
    });
    if (!dialled.ok) throw new Error(dialled.message);
    const inside = await this.#newcomer();
    onTestFinished(() => dialled.connection.fail('silence'));
    return { outside: dialled.connection, inside, heard: new Recorder(inside), told: new Recorder(dialled.connection) };
  }

  async #newcomer(): Promise<Connection> {
    await expect.poll(() => this.#accepted.length).toBeGreaterThan(0);
    return this.#accepted.pop() as Connection;
  }
}

/** Its frames are of the test's own making. */
class RawGuest {
  readonly inside: Connection;
  readonly heard: Recorder;
  readonly socket: Socket;
  #rest = 0;

  constructor(inside: Connection, socket: Socket) {
    this.inside = inside;
    this.heard = new Recorder(inside);
    this.socket = socket;
  }

  /** A whole frame, and then the beginning of one. Resolves when both have been looked at. */
  async begin(bytes: number): Promise<void> {
    this.#rest = 10;
    const before = this.heard.frames.length;
    const header = Buffer.alloc(4);
    header.writeUInt32BE(bytes + this.#rest);
    this.socket.write(Buffer.concat([Uint8Array.of(0, 0, 0, 1, 0), header, Buffer.alloc(bytes)]));
    await this.heard.received(before + 1);
    await turns();
  }

  end(): void {
    this.socket.write(Buffer.alloc(this.#rest));
  }
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, 'close');
}

/** What is sent by one is heard by the other. */
async function expectWell({ outside, heard }: { outside: Connection; heard: Recorder }): Promise<void> {
  const before = heard.frames.length;
  outside.send(text('still there?'));
  await heard.received(before + 1);
}

describe('connections', () => {
  test('in all: for one more the oldest that nobody is known for leaves', async () => {
    const house = await House.open({ maxConnections: 3 });
    const known = await house.guest();
    known.inside.setUser('ann');
    const [first, second] = [await house.halfOpen(), await house.halfOpen()];
    expect([first.closed, second.closed]).toEqual([false, false]);
    const newcomer = await house.guest();
    await closed(first);
    expect(second.closed).toBe(false);
    await Promise.all([expectWell(known), expectWell(newcomer)]);
  });

  test('in all: where everybody is known the newcomer is sent away', async () => {
    const house = await House.open({ maxConnections: 2 });
    const guests = [await house.guest(), await house.guest()];
    for (const { inside } of guests) inside.setUser('ann');
    await closed(await house.halfOpen());
    await Promise.all(guests.map(expectWell));
    guests[0]?.inside.setUser(undefined);
    await house.guest();
    expect((await guests[0]?.told.closed())?.kind).not.toBe('violation');
  });

  test('from one address, those on this machine counted only where they are to be', async () => {
    const strict = await House.open({ maxConnectionsPerAddress: 2, countsLoopback: true });
    const [first, second] = [await strict.halfOpen(), await strict.halfOpen()];
    await strict.halfOpen();
    await closed(first);
    expect(second.closed).toBe(false);
    const usual = await House.open({ maxConnectionsPerAddress: 2 });
    const many = await Promise.all(Array.from({ length: 10 }, () => usual.halfOpen()));
    await expectWell(await usual.guest());
    expect(many.some((socket) => socket.closed)).toBe(false);
  });

  test('in their handshake: of too many the oldest is given up', async () => {
    const house = await House.open({ maxHandshakes: 2 });
    const [first, second] = [await house.halfOpen(), await house.halfOpen()];
    await turns();
    expect([first.closed, second.closed]).toEqual([false, false]);
    await expectWell(await house.guest());
    await closed(first);
    expect(second.closed).toBe(false);
  });

  test('that never get anywhere, hundreds of them, keep nobody out', async () => {
    const house = await House.open({ maxConnections: 100 });
    await Promise.all(Array.from({ length: 300 }, () => house.halfOpen()));
    await expectWell(await house.guest());
  });
});

describe('a frame that is begun', () => {
  const HALF = 1_000;

  test('and not ended: beyond the bound of all the one that was begun first costs its connection', async () => {
    const house = await House.open({ maxHalfReceivedBytes: 2 * HALF });
    const [first, second] = [await house.rawGuest(), await house.rawGuest()];
    await first.begin(HALF);
    // The header counts as well.
    await second.begin(HALF - 8);
    expect([first.inside.closed, second.inside.closed]).toEqual([false, false]);
    second.socket.write(Buffer.alloc(1));
    expect(await first.heard.closed()).toEqual({ kind: 'violation', code: 'too_slow' });
    expect(second.inside.closed).toBe(false);
  });

  test('and not ended in time costs its connection; frames that are ended, never', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const house = await House.open({ frameTimeoutMs: 3_000 });
    const [slow, steady] = [await house.rawGuest(), await house.rawGuest()];
    await slow.begin(10);
    for (let second = 0; second < 3; second++) {
      await steady.begin(10);
      vi.advanceTimersByTime(1_000);
      steady.end();
      await steady.heard.received(2 * second + 2);
    }
    await turns();
    expect([slow.heard.reasons, steady.heard.reasons]).toEqual([[], []]);
    vi.advanceTimersByTime(1_000);
    expect(await slow.heard.closed()).toEqual({ kind: 'violation', code: 'too_slow' });
    expect(steady.heard.reasons).toEqual([]);
  });
});

describe('what is sent and not taken', () => {
  /** More than the system takes for somebody who doesn't read. */
  const LOTS = 16 * 1024 * 1024;

  test('beyond the bound of all costs the connection of whoever has taken nothing for the longest time', async () => {
    const house = await House.open({ maxUnsentBytes: 2 * LOTS });
    const [first, second, third] = [await house.guest(), await house.guest(), await house.guest()];
    for (const { outside } of [first, second, third]) outside.pause();
    first.inside.send(new Uint8Array(LOTS));
    second.inside.send(new Uint8Array(LOTS / 2));
    await turns();
    expect([first.inside.closed, second.inside.closed]).toEqual([false, false]);
    third.inside.send(new Uint8Array(LOTS));
    expect(await first.heard.closed()).toEqual({ kind: 'violation', code: 'too_slow' });
    expect([second.inside.closed, third.inside.closed]).toEqual([false, false]);
  });

  test('for too long costs the connection; who takes some now and then stays', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const house = await House.open({ takeTimeoutMs: 3_000 });
    const [stuck, slow] = [await house.guest(), await house.guest()];
    for (const { inside, outside } of [stuck, slow]) {
      outside.setMaxFrameBytes(LOTS);
      outside.pause();
      inside.send(new Uint8Array(LOTS));
    }
    await turns();
    for (let second = 0; second < 3; second++) {
      slow.outside.resume();
      await expect.poll(() => slow.inside.bufferedBytes).toBeLessThan(LOTS);
      slow.outside.pause();
      slow.inside.send(new Uint8Array(LOTS));
      vi.advanceTimersByTime(1_000);
    }
    expect(stuck.heard.reasons).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(await stuck.heard.closed()).toEqual({ kind: 'violation', code: 'too_slow' });
    expect(slow.heard.reasons).toEqual([]);
  });
});
