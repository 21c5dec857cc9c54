/** Commands that are on their way when their tracker dies: each is carried out, and none of them twice. */
import { type ClientProgram, Cluster, registered } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { untilAgreed } from './agreement.js';

const ROUNDS = 4;

let cluster: Cluster;
let alice: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start();
  alice = await registered(cluster, 'alice');
});
afterAll(() => cluster.stop());

test('a command that meets the death of its tracker is carried out exactly once', async () => {
  for (let round = 1; round <= ROUNDS; round++) {
    const { tracker } = await alice.succeed('whoami');
    const answered = alice.succeed(`create_group round-${round}`);
    await cluster.tracker(tracker).kill();
    expect(await answered).toMatchObject({ group: `round-${round}` });
    await cluster.startTracker(tracker);
    await untilAgreed(alice);
  }
  const { groups } = await alice.succeed('list_groups');
  const names = groups.map(({ group }: { group: string }) => group);
  expect(names).toEqual(Array.from({ length: ROUNDS }, (_, index) => `round-${index + 1}`));
});

test('a whole script goes through while trackers die one after the other', async () => {
  let isOver = false;
  const chaos = (async () => {
    for (const tracker of [1, 2, 1, 2]) {
      await cluster.tracker(tracker).kill();
      await cluster.startTracker(tracker);
      await cluster.tracker(tracker).line((line) => line.includes('linked with'));
    }
    isOver = true;
  })();
  const names: string[] = [];
  while (!isOver) {
    const name = `group-${String(names.length).padStart(5, '0')}`;
    expect(await alice.succeed(`create_group ${name}`)).toMatchObject({ group: name });
    names.push(name);
  }
  await chaos;
  await untilAgreed(alice);
  const { groups } = await alice.succeed('list_groups');
  const made = groups.map(({ group }: { group: string }) => group);
  expect(made.filter((group: string) => group.startsWith('group-'))).toEqual(names);
});

test('with no tracker at all a command waits, and is carried out by the one that comes', async () => {
  const from = alice.printed;
  await Promise.all([cluster.tracker(1).kill(), cluster.tracker(2).kill()]);
  const answered = alice.succeed('create_user patient right-password');
  await alice.event(({ event, state }) => event === 'tracker' && state === 'lost', from);
  await cluster.startTracker(2);
  expect(await answered).toEqual({ user: 'patient', replicated: false });
});
