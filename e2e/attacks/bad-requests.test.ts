/** Requests of a client that keeps to no schema: each is answered by its code, and nothing else happens. */
import { randomBytes } from 'node:crypto';
import { Cluster, gatherGroup, writeTestFile } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, newDevice, RawClient } from './raw-client.js';

let cluster: Cluster;
let raw: RawClient;

beforeAll(async () => {
  cluster = await Cluster.start();
  raw = await RawClient.connect(await newDevice(cluster.directory), cluster.port(1));
});
afterAll(() => cluster.stop());

/** A device that is logged in as a new user. */
async function loggedIn(user: string): Promise<{ client: RawClient; token: Uint8Array }> {
  const client = await RawClient.connect(await newDevice(cluster.directory, user), cluster.port(1));
  const token = randomBytes(32);
  expect(codeOf(await client.change({ type: 'create_user', user, password: 'right-password' }))).toBe('create_user.ok');
  const login = { type: 'login', user, password: 'right-password', token };
  expect(codeOf(await client.change(login))).toBe('login.ok');
  return { client, token };
}

test.each([
  ['no such type', { type: 'make_me_king' }],
  ['a field missing', { type: 'create_user', user: 'eve' }],
  ['a number for a name', { type: 'create_user', user: 7, password: 'right-password' }],
  ['text for a token', { type: 'login', user: 'eve', password: 'right-password', token: 'x'.repeat(32) }],
  ['a token that is too short', { type: 'login', user: 'eve', password: 'right-password', token: randomBytes(31) }],
  ['a negative counter', { type: 'logout', counter: -1 }],
  ['a counter beyond exact numbers', { type: 'logout', counter: 2 ** 60 }],
  ['a list for a text', { type: 'list_files', group: ['films'] }],
])('%s is a bad request', async (_what, message) => {
  expect(codeOf(await raw.change(message))).toBe('bad_request');
});

test('fields that nobody knows are ignored', async () => {
  const message = { type: 'create_user', user: 'frank', password: 'right-password', isAdmin: true, constructor: 1 };
  expect(codeOf(await raw.change(message))).toBe('create_user.ok');
});

test('a request without an id that could be answered closes the connection', async () => {
  const client = await RawClient.connect(await newDevice(cluster.directory), cluster.port(1));
  client.send({ type: 'whoami', id: 'first' });
  await client.closed;
  expect(codeOf(await raw.ask({ type: 'ping' }))).toBe('ping.ok');
});

test('a second hello is not understood', async () => {
  expect(codeOf(await raw.ask({ type: 'hello', protocol: 1, counter: 1 }))).toBe('bad_request');
});

test.each(['../x', 'a/b', 'a\\b', '.', '..', 'CON', 'con.txt', 'nul', 'a\u0000b', 'a\u202eb', ' a', 'a ', 'a.', ''])(
  'the tracker itself refuses %j as a name',
  async (name) => {
    const share = { bytes: 0, pieceLength: 262_144, root: '0'.repeat(64) };
    const password = 'right-password';
    expect(codeOf(await raw.change({ type: 'create_user', user: name, password }))).toBe('invalid_name');
    expect(codeOf(await raw.change({ type: 'create_group', group: name }))).toBe('invalid_name');
    expect(codeOf(await raw.change({ type: 'share_file', group: 'g', file: name, ...share }))).toBe('invalid_name');
  },
);

test('a token is worth nothing on another device', async () => {
  const { client, token } = await loggedIn('grace');
  expect(codeOf(await client.ask({ type: 'whoami' }))).toBe('whoami.ok');
  const thief = await RawClient.dial(await newDevice(cluster.directory, 'thief'), cluster.port(1));
  const hello = await thief.ask({ type: 'hello', protocol: 1, counter: 1, token });
  expect(hello).toMatchObject({ type: 'hello.ok', user: null });
  expect(codeOf(await thief.ask({ type: 'whoami' }))).toBe('not_logged_in');
  expect(codeOf(await thief.change({ type: 'create_group', group: 'stolen' }))).toBe('not_logged_in');
  await thief.close();
  // The device itself resumes with it, on either tracker.
  await client.close();
  const again = await RawClient.connect(await newDevice(cluster.directory, 'grace'), cluster.port(2), { token });
  expect(await again.ask({ type: 'whoami' })).toMatchObject({ type: 'whoami.ok', user: 'grace' });
});

test.each([
  { type: 'login', user: 'heidi', password: 'wrong-password', token: randomBytes(32) },
  { type: 'share_file', group: 'g', file: 'f', bytes: 0, pieceLength: 262_144, root: '0'.repeat(64) },
  { type: 'create_group', group: 'other' },
])('a request id that was used for another command is refused: %o', async (message) => {
  const counter = raw.nextCounter();
  const first = { type: 'create_user', user: `user ${counter}`, password: 'right-password', counter };
  expect(codeOf(await raw.change(first))).toBe('create_user.ok');
  expect(codeOf(await raw.change({ ...message, counter }))).toBe('bad_request');
  // The same command under the same id is the same request: answered again, carried out once.
  expect(codeOf(await raw.change(first))).toBe('create_user.ok');
});

test('who is in no group gets nothing of it', async () => {
  const [owner] = await gatherGroup(cluster, 'secret', ['olivia']);
  await writeTestFile(`${cluster.directory}/diary`, 1_000);
  await owner.succeed('upload_file diary secret');
  const { client } = await loggedIn('ivan');
  const group = 'secret';
  for (const type of ['list_files', 'list_members', 'list_requests', 'check_member']) {
    expect(codeOf(await client.ask({ type, group }))).toBe('not_a_member');
  }
  expect(codeOf(await client.ask({ type: 'open_swarm', group, file: 'f' }))).toBe('not_a_member');
  for (const type of ['accept_request', 'add_owner', 'remove_member', 'reject_request']) {
    expect(codeOf(await client.change({ type, group, user: 'ivan' }))).toBe('not_a_member');
  }
  expect(codeOf(await client.change({ type: 'delete_group', group }))).toBe('not_a_member');
  expect(await owner.succeed('list_members secret')).toMatchObject({ members: [{ user: 'olivia' }] });
});

test('nobody announces what a group of others shares', async () => {
  const { client: owner } = await loggedIn('oscar');
  await owner.change({ type: 'create_group', group: 'of oscar' });
  const content = { bytes: 5, pieceLength: 262_144, root: '1'.repeat(64) };
  const shared = await owner.change({ type: 'share_file', group: 'of oscar', file: 'f', ...content });
  const file = shared.type === 'share_file.ok' ? shared.file : '';
  const { client } = await loggedIn('ivy');
  const announce = { type: 'announce', add: [{ file, complete: true }], remove: [] };
  expect(await client.ask(announce)).toMatchObject({ type: 'announce.ok', refused: [file] });
  expect(await owner.ask({ type: 'list_files', group: 'of oscar' })).toMatchObject({ files: [{ sharers: 0 }] });
});

test('a thousand requests at once are all answered', async () => {
  const { client } = await loggedIn('judy');
  const groups = Array.from({ length: 500 }, (_, index) => `group-${index}`);
  const made = groups.map((group) => client.change({ type: 'create_group', group }));
  const asked = groups.map(() => client.ask({ type: 'whoami' }));
  expect(new Set((await Promise.all([...made, ...asked])).map(codeOf))).toEqual(
    new Set(['create_group.ok', 'whoami.ok']),
  );
});

test('both trackers are still there', () => {
  expect([cluster.tracker(1).running, cluster.tracker(2).running]).toEqual([true, true]);
});
