/** Trackers that are killed with -9 and started again have everything that they acknowledged. */
import { expect, test } from 'vitest';
import { ownCluster } from '../cli/own-cluster.js';
import { untilAgreed } from '../fail-over/agreement.js';
import { Household } from './household.js';
import { Progress } from './progress.js';

const KILLS = 6;

test.each([
  [1, 2],
  [2, 1],
])('both are killed; tracker %i comes back, then tracker %i', async (first, second) => {
  const cluster = await ownCluster(2);
  const household = await Household.settle(cluster);
  expect(await household.addGroups(10)).toBe(true);
  await Promise.all([cluster.tracker(1).kill(), cluster.tracker(2).kill()]);
  await cluster.startTracker(first);
  expect(await household.alice.succeed('whoami')).toEqual({ user: 'alice', tracker: first });
  await household.expectWhole();
  expect(await household.addGroups(5)).toBe(false);
  await cluster.startTracker(second);
  await untilAgreed(household.alice);
  await household.moveTo(second);
  await household.expectWhole();
  expect(await household.addGroup()).toBe(true);
});

test('stopped in good order, and both started at once', async () => {
  const cluster = await ownCluster(2);
  const household = await Household.settle(cluster);
  await household.addGroups(10);
  expect(await Promise.all([cluster.tracker(1).stop(), cluster.tracker(2).stop()])).toEqual([0, 0]);
  await Promise.all([cluster.startTracker(1), cluster.startTracker(2)]);
  await untilAgreed(household.alice);
  await household.expectWhole();
});

test('each has what the other one missed: killed in turn, never at the same time', async () => {
  const cluster = await ownCluster(2);
  const household = await Household.settle(cluster);
  await cluster.tracker(1).kill();
  expect(await household.addGroups(10)).toBe(false);
  await cluster.tracker(2).kill();
  await cluster.startTracker(1);
  expect(await household.addGroups(10)).toBe(false);
  await cluster.startTracker(2);
  await untilAgreed(household.alice);
  await household.expectWhole();
  await household.moveTo(2);
  await household.expectWhole();
});

test('a tracker without another one, killed again and again while three people write', async () => {
  const cluster = await ownCluster(1);
  const household = await Household.settle(cluster);
  const others = await Promise.all(
    ['carol', 'dave'].map(async (user) => {
      const client = cluster.client([], user);
      await client.succeed(`create_user ${user} right-password`);
      await client.succeed(`login ${user} right-password`);
      return { user, client };
    }),
  );
  let isOver = false;
  const made: string[] = [];
  const progress = new Progress();
  const writing = Promise.all([
    ...others.map(async ({ user, client }) => {
      for (let count = 1; !isOver; count++) {
        made.push((await client.succeed(`create_group ${user}-${count}`)).group);
        progress.step();
      }
    }),
    (async () => {
      while (!isOver) await household.addGroup();
    })(),
  ]);
  for (let kill = 0; kill < KILLS; kill++) {
    await Promise.race([progress.after(20), writing]);
    await cluster.tracker(1).kill();
    await cluster.startTracker(1);
  }
  isOver = true;
  await writing;
  await household.expectWhole();
  const { groups } = await household.alice.succeed('list_groups');
  const names = groups.map(({ group }: { group: string }) => group);
  expect(names).toEqual(expect.arrayContaining(made));
  expect(names.filter((name: string) => name.includes('~'))).toEqual([]);
});
