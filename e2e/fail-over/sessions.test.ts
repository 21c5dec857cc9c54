/** Sessions outlive the client, and the tracker that they began on; no more than their owner wants. */
import { type ClientProgram, Cluster, passwordOf, registered } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';

let cluster: Cluster;
let alice: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start();
  alice = await registered(cluster, 'alice');
  await registered(cluster, 'bob');
});
afterAll(() => cluster.stop());

async function restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  alice.signal(signal);
  await alice.ended;
  alice = cluster.client([], 'alice');
}

test.each(['SIGTERM', 'SIGKILL'] as const)('after %s the next run is still logged in', async (signal) => {
  await restart(signal);
  expect(await alice.succeed('whoami')).toEqual({ user: 'alice', tracker: 1 });
  await alice.succeed(`create_group after-${signal}`);
});

test('a log-in of this run is not made twice; one of an earlier run is replaced', async () => {
  expect(await alice.succeed(`login alice ${passwordOf('alice')}`)).toMatchObject({ user: 'alice' });
  expect(await alice.refused(`login bob ${passwordOf('bob')}`)).toBe('already_logged_in');
  await restart('SIGKILL');
  expect(await alice.succeed(`login bob ${passwordOf('bob')}`)).toMatchObject({ user: 'bob' });
  expect(await alice.succeed('whoami')).toMatchObject({ user: 'bob' });
  await restart('SIGKILL');
  expect(await alice.succeed('whoami')).toMatchObject({ user: 'bob' });
});

test('a session holds at the other tracker too, and so does its end', async () => {
  await cluster.tracker(1).kill();
  await restart('SIGKILL');
  expect(await alice.succeed('whoami')).toEqual({ user: 'bob', tracker: 2 });
  await alice.succeed('logout');
  expect(await alice.refused('whoami')).toBe('not_logged_in');
  await cluster.startTracker(1);
  await cluster.tracker(2).kill();
  await restart('SIGTERM');
  expect(await alice.refused('whoami')).toBe('not_logged_in');
  await cluster.startTracker(2);
});

test('a new password ends the sessions of other devices, and not one’s own', async () => {
  await alice.succeed(`login alice ${passwordOf('alice')}`);
  const tablet = cluster.client([`127.0.0.1:${cluster.port(2)}`], 'tablet');
  expect(await tablet.succeed(`login alice ${passwordOf('alice')}`)).toMatchObject({ user: 'alice', tracker: 2 });
  await alice.succeed(`change_password ${passwordOf('alice')} another-password`);
  expect(await tablet.refused('list_groups')).toBe('not_logged_in');
  expect(await alice.succeed('whoami')).toMatchObject({ user: 'alice' });
  expect(await tablet.refused(`login alice ${passwordOf('alice')}`)).toBe('wrong_password');
  await tablet.succeed('login alice another-password');
});
