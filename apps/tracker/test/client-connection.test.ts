/** When a client is not read on: with enough in hand, faster than a stranger may ask, or not taking the answers. */
import {
  type DeviceId,
  decodeMessage,
  encodeMessage,
  LIST_PAGE_BYTES,
  MAX_OUTSTANDING_REQUESTS,
  MAX_OUTSTANDING_STRANGER_REQUESTS,
  type Operation,
  refusal,
  requestIdOf,
  SEND_HIGH_WATER_BYTES,
  STRANGER_REQUESTS_AT_ONCE,
  STRANGER_REQUESTS_PER_SECOND,
  trackerMessage,
} from '@p2p/protocol';
import { applyOperation, emptyState, type State } from '@p2p/state';
import { type Connection, memoryPair } from '@p2p/transport';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ClientConnection } from '../src/client-connections/client-connection.js';
import { sessionOf } from '../src/client-connections/prepare.js';
import type { Services } from '../src/client-connections/services.js';

const device = 'a'.repeat(64) as DeviceId;
const token = new Uint8Array(32);

let state: State;
/** Passwords that are being tried, each until the test lets go of it. */
let trying: (() => void)[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  state = emptyState();
  trying = [];
});
afterEach(() => {
  vi.useRealTimers();
});

function services(): Services {
  const tried = () => new Promise((resolve) => trying.push(() => resolve(refusal('wrong_password'))));
  return {
    slot: 1,
    keys: { cluster: 'c'.repeat(64), successions: [] },
    replicated: { state, knows: () => false, noteUse: () => undefined },
    board: { applyLocal: () => undefined },
    watchers: { watch: () => undefined, unwatch: () => undefined },
    sharers: { add: () => undefined, remove: () => undefined },
    dialRequests: { add: () => undefined, remove: () => undefined },
    logIns: { logIn: tried, change: tried },
    log: { error: () => undefined },
    ready: Promise.resolve(),
  } as unknown as Services;
}

let operations = 0;
function apply(body: object): void {
  const requestId = requestIdOf(device, ++operations);
  const stamp = { time: operations, count: 0, incarnation: '1.0000000000000000' };
  const operation = { stamp, seq: operations, requestId, mode: 'keep', actor: null, body };
  applyOperation(state, operation as unknown as Operation);
}

/** Ann has an account, and a session by {@link token} on the device. */
function addAnn(): void {
  const user = requestIdOf(device, operations + 1);
  apply({ kind: 'create_user', user, name: 'ann', credential: 'none' });
  const session = { session: sessionOf(token), user, device, credentialVersion: user };
  apply({ kind: 'open_session', ...session, expires: Number.MAX_SAFE_INTEGER, at: 0 });
}

class Client {
  readonly #connection: Connection;
  readonly #inside: Connection;
  readonly types: string[] = [];
  #id = 0;

  private constructor(connection: Connection, inside: Connection) {
    this.#connection = connection;
    this.#inside = inside;
    connection.start({
      frame: (frame) => {
        const decoded = decodeMessage(trackerMessage, frame, 200_000);
        this.types.push(decoded.ok ? decoded.message.type : 'malformed');
      },
      closed: () => this.types.push('closed'),
    });
  }

  static async greet(withToken: boolean): Promise<Client> {
    const remote = (key: string) => ({ key, host: '192.0.2.7', port: 1 });
    const [inside, outside] = memoryPair(remote('c'.repeat(64)), remote(device));
    new ClientConnection(inside, services(), () => undefined);
    const client = new Client(outside, inside);
    client.ask('hello', { protocol: 1, counter: 1, ...(withToken && { token }) });
    await client.settled();
    return client;
  }

  ask(type: string, fields: object = {}): void {
    this.#connection.send(encodeMessage({ type, id: this.#id++, counter: this.#id, ...fields }));
  }

  askMany(count: number, type: string, fields: object = {}): void {
    for (let index = 0; index < count; index++) this.ask(type, fields);
  }

  /** Bytes that were sent to it and that it hasn't taken. */
  get unread(): number {
    return this.#inside.bufferedBytes;
  }

  stopReading(): void {
    this.#connection.pause();
  }

  async readOn(): Promise<void> {
    this.#connection.resume();
    await this.settled();
  }

  /** What is on its way without a clock has arrived. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

test('of a stranger so many log-ins are in hand, one more when one is answered', async () => {
  const client = await Client.greet(false);
  client.askMany(MAX_OUTSTANDING_STRANGER_REQUESTS + 5, 'login', { user: 'ann', password: 'guess', token });
  await client.settled();
  expect(trying).toHaveLength(MAX_OUTSTANDING_STRANGER_REQUESTS);
  trying[0]?.();
  await client.settled();
  expect(trying).toHaveLength(MAX_OUTSTANDING_STRANGER_REQUESTS + 1);
});

test('of a user so many requests are in hand, one more when one is answered', async () => {
  addAnn();
  const client = await Client.greet(true);
  const change = { oldPassword: 'guess', newPassword: 'another password' };
  client.askMany(MAX_OUTSTANDING_REQUESTS + 5, 'change_password', change);
  await client.settled();
  expect(trying).toHaveLength(MAX_OUTSTANDING_REQUESTS);
  trying[0]?.();
  await client.settled();
  expect(trying).toHaveLength(MAX_OUTSTANDING_REQUESTS + 1);
});

test('a stranger asks so often at once, then at an even pace; nothing is refused', async () => {
  const client = await Client.greet(false);
  const answered = () => client.types.filter((type) => type === 'ping.ok').length;
  client.askMany(STRANGER_REQUESTS_AT_ONCE + 2 * STRANGER_REQUESTS_PER_SECOND, 'ping');
  await client.settled();
  // One more is read before it shows that it was too many.
  expect(answered()).toBe(STRANGER_REQUESTS_AT_ONCE + 1);
  for (let second = 1; second <= 2; second++) {
    for (let tick = 0; tick < STRANGER_REQUESTS_PER_SECOND; tick++) {
      vi.advanceTimersByTime(1_000 / STRANGER_REQUESTS_PER_SECOND);
      await client.settled();
    }
    const most = STRANGER_REQUESTS_AT_ONCE + second * STRANGER_REQUESTS_PER_SECOND;
    expect(Math.abs(answered() - most)).toBeLessThanOrEqual(1);
  }
});

test('a user is held to no pace', async () => {
  addAnn();
  const client = await Client.greet(true);
  client.askMany(10 * STRANGER_REQUESTS_AT_ONCE, 'ping');
  await client.settled();
  expect(client.types.filter((type) => type === 'ping.ok')).toHaveLength(10 * STRANGER_REQUESTS_AT_ONCE);
});

test('who takes no answers is not read on, and is when they are taken', async () => {
  addAnn();
  const owner = requestIdOf(device, 1);
  for (let index = 0; index < 2_000; index++) {
    const group = requestIdOf(device, operations + 1);
    apply({ kind: 'create_group', group, name: `group ${index} ${'x'.repeat(40)}`, owner });
  }
  const client = await Client.greet(true);
  client.stopReading();
  client.askMany(64, 'list_groups');
  await client.settled();
  expect(client.unread).toBeGreaterThanOrEqual(SEND_HIGH_WATER_BYTES);
  expect(client.unread).toBeLessThan(SEND_HIGH_WATER_BYTES + 2 * LIST_PAGE_BYTES);
  await client.readOn();
  expect(client.types.filter((type) => type === 'list_groups.ok')).toHaveLength(64);
});
