/** A tracker that is stopped and not dead: its sockets stay open, it says nothing. It is left like one that died. */
import { type ClientProgram, Cluster, registered } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { untilAgreed } from './agreement.js';

let cluster: Cluster;
let alice: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start();
  alice = await registered(cluster, 'alice');
});
afterAll(() => cluster.stop());

test('its clients go on at the other one', async () => {
  cluster.tracker(1).signal('SIGSTOP');
  expect(await alice.succeed('create_group films')).toEqual({ group: 'films', replicated: false });
  expect(await alice.succeed('whoami')).toEqual({ user: 'alice', tracker: 2 });
});

test('a client that starts now is not held up by it', async () => {
  const bob = await registered(cluster, 'bob');
  expect(await bob.succeed('whoami')).toEqual({ user: 'bob', tracker: 2 });
});

test('when it goes on, it catches up, and all is as before', async () => {
  cluster.tracker(1).signal('SIGCONT');
  await untilAgreed(alice);
  expect(await alice.succeed('create_group songs')).toEqual({ group: 'songs', replicated: true });
});

test('the other way round', async () => {
  cluster.tracker(2).signal('SIGSTOP');
  expect(await alice.succeed('create_group plays')).toEqual({ group: 'plays', replicated: false });
  expect(await alice.succeed('whoami')).toEqual({ user: 'alice', tracker: 1 });
  cluster.tracker(2).signal('SIGCONT');
  await untilAgreed(alice);
});

test('one that is not in use and hangs only keeps answers from being replicated', async () => {
  cluster.tracker(2).signal('SIGSTOP');
  expect(await alice.succeed('create_group poems')).toEqual({ group: 'poems', replicated: false });
  expect(await alice.succeed('whoami')).toEqual({ user: 'alice', tracker: 1 });
  cluster.tracker(2).signal('SIGCONT');
  await untilAgreed(alice);
  const { groups } = await alice.succeed('list_groups');
  expect(groups.map(({ group }: { group: string }) => group)).toEqual(['films', 'plays', 'poems', 'songs']);
});
