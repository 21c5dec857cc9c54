/** Only who holds the cluster's key may speak as a tracker: a device that tries is cut off, and nothing has changed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Cluster } from '@p2p/harness';
import { type Identity, newDatedKey } from '@p2p/transport';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newDevice, RawClient, type RawMessage } from './raw-client.js';

let cluster: Cluster;
let device: Identity;
let observer: RawClient;
let clusterId: string;

beforeAll(async () => {
  cluster = await Cluster.start();
  device = await newDevice(cluster.directory);
  observer = await RawClient.connect(await newDevice(cluster.directory, 'observer'), cluster.port(1));
  const hello = await RawClient.dial(device, cluster.port(1)).then((client) => client.ask(helloMessage));
  clusterId = hello.type === 'hello.ok' ? hello.cluster : '';
  expect(clusterId).toMatch(/^[0-9a-f]{64}$/);
});
afterAll(() => cluster.stop());

const helloMessage = { type: 'hello', protocol: 1, counter: 1 };
const incarnation = '2.00112233445566ff';
const forgedUser = {
  stamp: { time: Date.now(), count: 0, incarnation },
  seq: 1,
  requestId: `${'a'.repeat(64)}.1`,
  mode: 'keep',
  actor: null,
  body: { kind: 'create_user', user: `${'a'.repeat(64)}.1`, name: 'mallory', credential: '$argon2id$forged' },
};

/** What trackers say to each other, as well formed as it can be made. */
const messages: readonly (() => RawMessage)[] = [
  () => ({
    type: 'init',
    protocol: 1,
    cluster: clusterId,
    slot: 2,
    incarnation,
    have: {},
    joined: false,
    wallClock: Date.now(),
  }),
  () => ({ type: 'sync', operations: [forgedUser] }),
  () => ({ type: 'vec', have: { [incarnation]: 1 } }),
  () => ({ type: 'presence', changes: [{ kind: 'offline', device: 'a'.repeat(64), counter: 1 }] }),
  () => ({ type: 'refuse', reason: 'other_cluster', detail: 'go away' }),
  () => ({ type: 'keys', file: `cluster=sha256:${clusterId}\n${newDatedKey(Date.now()).privateKeyPem}` }),
  () => ({ type: 'retire', protocol: 1, slot: 2 }),
  () => ({ type: 'rotate_key', protocol: 1 }),
];

async function status(): Promise<unknown> {
  return { ...(await observer.ask({ type: 'status' })), id: undefined };
}

describe.each(messages.map((message) => [message().type, message] as const))('%s', (_type, message) => {
  test.each([1, 2])('right after TLS, to tracker %i', async (tracker) => {
    const before = await status();
    const client = await RawClient.dial(device, cluster.port(tracker));
    client.send(message());
    await client.closed;
    expect(await status()).toEqual(before);
  });

  test.each([1, 2])('after a hello, to tracker %i', async (tracker) => {
    const before = await status();
    const client = await RawClient.connect(device, cluster.port(tracker));
    client.send(message());
    await client.closed;
    expect(await status()).toEqual(before);
  });
});

test('all in a row, as a tracker would say them', async () => {
  const before = await status();
  const client = await RawClient.dial(device, cluster.port(1));
  for (const message of messages) client.send(message());
  await client.closed;
  expect(await status()).toEqual(before);
  expect(before).toMatchObject({ type: 'status.ok', linked: [2] });
});

test('the cluster’s key is what it was', async () => {
  const said = cluster.tracker(1).output.lines.concat(cluster.tracker(2).output.lines);
  expect(said.filter((line) => line.includes('new key') || line.includes('hands on keys'))).toEqual([]);
  expect((await readFile(join(cluster.directory, 'cluster.key'), 'utf8')).match(/BEGIN/g)).toHaveLength(1);
});

test('the name that was to be forged is free', async () => {
  const create = { type: 'create_user', user: 'mallory', password: 'right-password' };
  expect(await observer.change(create)).toMatchObject({ type: 'create_user.ok', user: 'mallory', replicated: true });
});
