/** Who shares a file, and where, is told to members who are logged in: not to those who were when they asked. */
import { randomBytes } from 'node:crypto';
import { Cluster } from '@p2p/harness';
import type { TrackerMessage } from '@p2p/protocol';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { newDevice, RawClient } from './raw-client.js';

let cluster: Cluster;
let anna: RawClient;
let file: string;

beforeAll(async () => {
  cluster = await Cluster.start();
  anna = await loggedIn('anna');
  await changed(anna, { type: 'create_group', group: 'films' });
  const content = { bytes: 1, pieceLength: 262_144, root: 'a'.repeat(64) };
  const shared = await changed(anna, { type: 'share_file', group: 'films', file: 'a.mkv', ...content });
  if (shared.type === 'share_file.ok') file = shared.file;
});
afterAll(() => cluster.stop());

async function loggedIn(user: string): Promise<RawClient> {
  const device = await newDevice(cluster.directory, user);
  const client = await RawClient.connect(device, cluster.port(1), { address: { host: '127.0.0.1', port: 9 } });
  await changed(client, { type: 'create_user', user, password: 'right-password' });
  await changed(client, { type: 'login', user, password: 'right-password', token: randomBytes(32) });
  // That nobody is there is news of its own, which is not meant here.
  await vi.waitFor(() => expect(client.pushed.map(({ type }) => type)).toContain('reachability'), 10_000);
  return client;
}

async function changed(client: RawClient, message: Parameters<RawClient['change']>[0]): Promise<TrackerMessage> {
  const reply = await client.change(message);
  expect(reply.type).toBe(`${message.type}.ok`);
  return reply;
}

/** A member of the group who watches the file. */
async function watching(user: string): Promise<RawClient> {
  const client = await loggedIn(user);
  await changed(client, { type: 'join_group', group: 'films' });
  await changed(anna, { type: 'accept_request', group: 'films', user });
  expect((await client.ask({ type: 'open_swarm', group: 'films', file: 'a.mkv' })).type).toBe('open_swarm.ok');
  return client;
}

/** Anna comes and goes; what `client` was told of it by the time that its next question is answered. */
async function newsAt(client: RawClient): Promise<string[]> {
  const before = client.pushed.length;
  await anna.ask({ type: 'announce', add: [{ file, complete: true }], remove: [] });
  await anna.ask({ type: 'announce', add: [], remove: [file] });
  await client.ask({ type: 'ping' });
  return client.pushed.slice(before).map(({ type }) => type);
}

test('a member hears of it until he is removed', async () => {
  const ben = await watching('ben');
  expect(await newsAt(ben)).toEqual(['swarm_changed', 'swarm_changed']);
  await changed(anna, { type: 'remove_member', group: 'films', user: 'ben' });
  expect(await newsAt(ben)).toEqual([]);
});

test('a member hears of it until he logs out', async () => {
  const cleo = await watching('cleo');
  expect(await newsAt(cleo)).toEqual(['swarm_changed', 'swarm_changed']);
  await changed(cleo, { type: 'logout' });
  expect(await newsAt(cleo)).toEqual([]);
});
