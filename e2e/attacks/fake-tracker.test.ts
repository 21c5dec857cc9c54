/** Somebody who answers at a tracker's address without its key learns nothing, and the client's user learns of it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientProgram, Cluster, registered } from '@p2p/harness';
import { encodeMessage, MAX_HELLO_FRAME_BYTES } from '@p2p/protocol';
import { type Identity, listenSecure, type SecureServer } from '@p2p/transport';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newDevice } from './raw-client.js';

let cluster: Cluster;
let impostor: Identity;
let fake: SecureServer;
/** Every frame that the fake tracker was given. */
const heard: Uint8Array[] = [];
let alice: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start();
  alice = await registered(cluster, 'alice');
  await alice.stop();
  await cluster.tracker(1).kill();
  impostor = await newDevice(cluster.directory, 'impostor');
  fake = await listenAsTracker(cluster.port(1));
});
afterAll(async () => {
  await fake.close();
  await cluster.stop();
});

/** Says yes to everything, as a fake would. */
async function listenAsTracker(port: number): Promise<SecureServer> {
  const listening = await listenSecure({
    identity: impostor,
    host: '127.0.0.1',
    port,
    maxFrameBytes: MAX_HELLO_FRAME_BYTES,
    onConnection: (connection) => {
      connection.start({
        frame: (frame) => {
          heard.push(frame.slice());
          const hello = { type: 'hello.ok', id: 0, slot: 1, cluster: impostor.id, clock: Date.now(), user: null };
          connection.send(encodeMessage({ ...hello, successions: [] }));
        },
        closed: () => undefined,
      });
    },
  });
  if (!listening.ok) throw new Error(listening.message);
  return listening.server;
}

async function clusterFingerprint(): Promise<string> {
  const pinned = /sha256:([0-9a-f]{64})/.exec(cluster.tracker(2).output.lines.join('\n'))?.[1];
  if (pinned === undefined) throw new Error('the tracker did not print its fingerprint');
  return pinned;
}

test('the client passes the fake by, warns, and goes on at the true tracker in the same session', async () => {
  alice = cluster.client([], 'alice');
  expect(await alice.succeed('whoami')).toEqual({ user: 'alice', tracker: 2 });
  const warning = await alice.errorLine((line) => line.includes('another key'));
  expect(warning).toContain(`sha256:${await clusterFingerprint()}`);
  expect(warning).toContain(`sha256:${impostor.id}`);
});

test('with the fake alone, commands are refused at once and say why', async () => {
  await cluster.tracker(2).kill();
  const answer = await alice.command('list_groups');
  expect(answer.error?.code).toBe('identity_changed');
  expect(answer.error?.message).toContain(`sha256:${impostor.id}`);
  expect(answer.error?.message).toMatch(/remove .*alice/);
});

test('a client that starts now remembers the key that it saw first', async () => {
  await alice.stop();
  alice = cluster.client([], 'alice');
  expect(await alice.refused('login alice alice-password')).toBe('identity_changed');
});

test('a new client takes the key from tracker_info.txt and not from whoever answers', async () => {
  const lines = (await readFile(cluster.trackerInfo, 'utf8')).trim().split('\n');
  const info = lines.map((line) => `${line} fingerprint=sha256:${'ab'.repeat(32)}\n`).join('');
  await writeFile(join(cluster.directory, 'pinned_info.txt'), info);
  const words = ['pinned_info.txt', '--data-dir', 'clients/bob'];
  const client = new ClientProgram({ directory: cluster.directory, words });
  const answer = await client.command('create_user bob bobs-password');
  expect(answer.error?.code).toBe('identity_changed');
  expect(answer.error?.message).toContain('tracker_info.txt');
  await client.stop();
});

test('nothing was ever said to the fake: no token, no password, not even a hello', () => {
  expect(heard).toEqual([]);
});
