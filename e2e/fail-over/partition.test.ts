/**
 * The wire between the trackers is cut while both go on serving. Everything that was answered holds when it is whole
 * again: of two who took the same name the later one has another by then, and all else is as it was.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, Forwarder, registered } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { untilAgreed } from './agreement.js';

let cluster: Cluster;
/** From tracker 1 to tracker 2, and back. */
let wires: Forwarder[];
/** Alice is at tracker 1, Bob at tracker 2. */
let alice: ClientProgram;
let bob: ClientProgram;
/** The later one of two who are called Carol; at tracker 2. */
let secondCarol: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.create();
  wires = [await Forwarder.start(cluster.port(2)), await Forwarder.start(cluster.port(1))];
  const [there = 0, back = 0] = wires.map(({ port }) => port);
  await startTracker(1, [cluster.port(1), there]);
  await startTracker(2, [back, cluster.port(2)]);
  alice = await registered(cluster, 'alice');
  bob = await registered(cluster, 'bob', [`127.0.0.1:${cluster.port(2)}`]);
  await untilAgreed(alice);
});
afterAll(async () => {
  await cluster.stop();
  await Promise.all(wires.map((wire) => wire.close()));
});

/** Starts a tracker that knows the other one by the wire's end; cluster.key lies beside, as for all. */
async function startTracker(number: number, ports: readonly number[]): Promise<void> {
  const info = `tracker_info-${number}.txt`;
  await writeFile(join(cluster.directory, info), ports.map((port) => `127.0.0.1:${port}\n`).join(''));
  await cluster.startTracker(number, [], info);
}

test('cut apart, both sides say yes to the same names', async () => {
  for (const wire of wires) wire.cut();
  const replicated = false;
  // In this order, so that it is known who was first.
  expect(await alice.succeed('create_group films')).toEqual({ group: 'films', replicated });
  expect(await alice.succeed('create_user carol first-password')).toEqual({ user: 'carol', replicated });
  expect(await bob.succeed('create_group films')).toEqual({ group: 'films', replicated });
  expect(await bob.succeed('create_user carol second-password')).toEqual({ user: 'carol', replicated });
  expect(await alice.succeed('whoami')).toEqual({ user: 'alice', tracker: 1 });
  expect(await bob.succeed('whoami')).toEqual({ user: 'bob', tracker: 2 });
});

test('cut apart, people go on building on what they were given', async () => {
  secondCarol = cluster.client([`127.0.0.1:${cluster.port(2)}`], 'second carol');
  await secondCarol.succeed('login carol second-password');
  await secondCarol.succeed('join_group films');
  await bob.succeed('accept_request films carol');
  await writeFile(join(cluster.directory, 'note'), 'of bob');
  await bob.succeed('upload_file note films');
});

test('healed, the trackers agree, and the later ones have another name', async () => {
  for (const wire of wires) wire.heal();
  await untilAgreed(alice);
  const { groups } = await alice.succeed('list_groups');
  expect(groups).toMatchObject([
    { group: 'films', owners: ['alice'], members: 1 },
    { group: 'films~2', owners: ['bob'], members: 2 },
  ]);
});

test('both accounts work, with their own passwords', async () => {
  const third = cluster.client();
  expect(await third.succeed('login carol first-password')).toMatchObject({ user: 'carol', replicated: true });
  await third.succeed('logout');
  expect(await third.refused('login carol~2 first-password')).toBe('wrong_password');
  expect(await third.succeed('login carol~2 second-password')).toMatchObject({ user: 'carol~2', replicated: true });
});

test('the account that was renamed goes on in the session that it had, at either tracker', async () => {
  expect(await secondCarol.succeed('whoami')).toEqual({ user: 'carol~2', tracker: 2 });
  await secondCarol.stop();
  secondCarol = cluster.client([], 'second carol');
  expect(await secondCarol.succeed('whoami')).toEqual({ user: 'carol~2', tracker: 1 });
});

test('what was built in the meantime is there, under the new names', async () => {
  expect(await secondCarol.succeed('list_files films~2')).toMatchObject({ files: [{ file: 'note', by: 'bob' }] });
  expect(await secondCarol.succeed('list_members films~2')).toMatchObject({
    members: [
      { user: 'bob', owner: true },
      { user: 'carol~2', owner: false },
    ],
  });
  await secondCarol.succeed('download_file films~2 note note-copy');
  expect(await secondCarol.succeed('wait')).toEqual({ complete: 1, failed: 0 });
});
