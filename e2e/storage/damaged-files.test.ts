/**
 * Files of a data directory that aren't what was written: a torn end is nothing, damage anywhere else keeps the tracker
 * from serving, and its one line says where and what to do. Doing that with the other tracker up brings it all back.
 */
import { rm } from 'node:fs/promises';
import { Cluster } from '@p2p/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownCluster } from '../cli/own-cluster.js';
import { untilAgreed } from '../fail-over/agreement.js';
import { complaint } from './complaint.js';
import { appendHalfRecord, cutOff, damageMiddle, flipBit, newestFile, recordOffsets } from './data-files.js';
import { Household } from './household.js';

describe('a torn last record', () => {
  let cluster: Cluster;
  let household: Household;

  beforeAll(async () => {
    cluster = await Cluster.start(1);
    household = await Household.settle(cluster);
    await household.addGroups(10);
  });
  afterAll(() => cluster?.stop());

  test('that nobody was told of: everything is there', async () => {
    await cluster.tracker(1).kill();
    await appendHalfRecord(await newestFile(cluster.dataDirectory(1), 'journal'));
    await cluster.startTracker(1);
    await household.expectWhole();
  });

  test('and another one behind it: what was torn is gone, what came then is whole', async () => {
    await household.addGroups(10);
    await cluster.tracker(1).kill();
    await appendHalfRecord(await newestFile(cluster.dataDirectory(1), 'journal'));
    await cluster.startTracker(1);
    await household.addGroups(3);
    await cluster.tracker(1).kill();
    await cluster.startTracker(1);
    await household.expectWhole();
  });

  test('whose end a lying disk has lost: everything before is there', async () => {
    await household.addGroup();
    await cluster.tracker(1).kill();
    await cutOff(await newestFile(cluster.dataDirectory(1), 'journal'), 3);
    household.forgetLast();
    await cluster.startTracker(1);
    await household.expectWhole();
  });

  test('of the folded state: the journal has the same', async () => {
    await cluster.tracker(1).kill();
    await appendHalfRecord(await newestFile(cluster.dataDirectory(1), 'folded'));
    await cluster.startTracker(1);
    await household.expectWhole();
  });
});

/** What is folded is written a moment after it came: a record each time. Stopped in good order, a tracker writes the rest. */
async function foldSeveralTimes(cluster: Cluster, household: Household, number: number): Promise<void> {
  const recordCount = async () =>
    (await recordOffsets(await newestFile(cluster.dataDirectory(number), 'folded'))).length;
  for (let time = 0; time < 3; time++) {
    const before = await recordCount();
    await household.addGroups(2);
    await expect.poll(recordCount).toBeGreaterThan(before);
  }
  await untilAgreed(household.alice);
  expect(await cluster.tracker(number).stop()).toBe(0);
  await cluster.startTracker(number);
}

describe('damage in the middle', () => {
  /** Alice's and Bob's, at tracker 1; tracker 2 has all of it too. */
  async function expectRebuilt(cluster: Cluster, household: Household): Promise<void> {
    await rm(cluster.dataDirectory(1), { recursive: true });
    await cluster.startTracker(1);
    await cluster.tracker(1).line((line) => line.includes('linked with tracker 2'));
    await household.moveTo(1);
    await household.expectWhole();
  }

  /** It does not serve, its line names the file, the place in it, and what to do; and it has touched nothing. */
  async function expectComplaint(cluster: Cluster, path: string, offset: number): Promise<void> {
    const said = await complaint(cluster.launchTracker(1));
    expect(said).toContain(path);
    expect(said).toMatch(new RegExp(`\\b${offset}\\b`));
    expect(said).toContain('damaged');
    expect(said).toMatch(/empty .*directory/);
    expect(await complaint(cluster.launchTracker(1))).toBe(said);
  }

  test('of the folded state', async () => {
    const cluster = await ownCluster(2);
    const household = await Household.settle(cluster);
    await foldSeveralTimes(cluster, household, 1);
    await cluster.tracker(1).kill();
    const path = await newestFile(cluster.dataDirectory(1), 'folded');
    await expectComplaint(cluster, path, await damageMiddle(path));
    await household.addGroups(5);
    await expectRebuilt(cluster, household);
    await untilAgreed(household.alice);
    expect(await household.addGroup()).toBe(true);
  });

  // In a young directory this is the last record, and torn is what it looks like: it isn't taken for a new beginning. The
  // line then names the journal that has nothing beside it.
  test('of the beginning of the folded state', async () => {
    const cluster = await ownCluster(2);
    const household = await Household.settle(cluster);
    expect(await household.addGroups(5)).toBe(true);
    await cluster.tracker(1).kill();
    const path = await newestFile(cluster.dataDirectory(1), 'folded');
    const [, mark = 0] = await recordOffsets(path);
    await flipBit(path, mark + 40);
    expect(await complaint(cluster.launchTracker(1))).toMatch(
      /tracker-1\/1\.(folded|journal)\.1\.log .* empty the data directory/,
    );
    await expectRebuilt(cluster, household);
  });

  test('a segment of the journal is gone', async () => {
    const cluster = await ownCluster(2);
    const household = await Household.settle(cluster);
    expect(await household.addGroups(5)).toBe(true);
    await cluster.tracker(1).kill();
    const path = await newestFile(cluster.dataDirectory(1), 'journal');
    await rm(path);
    expect(await complaint(cluster.launchTracker(1))).toContain(path);
    await expectRebuilt(cluster, household);
  });

  // A third tracker is away: nothing becomes final, so that all of it is read from the journal.
  test('of the journal', async () => {
    const cluster = await ownCluster(3);
    const household = await Household.settle(cluster);
    await cluster.tracker(3).kill();
    expect(await household.addGroups(40)).toBe(false);
    await cluster.tracker(1).kill();
    const path = await newestFile(cluster.dataDirectory(1), 'journal');
    await expectComplaint(cluster, path, await damageMiddle(path));
    await household.addGroups(5);
    await expectRebuilt(cluster, household);
    await cluster.startTracker(3);
    await untilAgreed(household.alice);
    expect(await household.addGroup()).toBe(true);
  });
});

test('damage on both disks, one after the other: each is rebuilt from the other', async () => {
  const cluster = await ownCluster(2);
  const household = await Household.settle(cluster);
  for (const number of [1, 2, 1]) {
    await foldSeveralTimes(cluster, household, number);
    await cluster.tracker(number).kill();
    await damageMiddle(await newestFile(cluster.dataDirectory(number), 'folded'));
    await complaint(cluster.launchTracker(number));
    await rm(cluster.dataDirectory(number), { recursive: true });
    await cluster.startTracker(number);
  }
  await untilAgreed(household.alice);
  await household.expectWhole();
});
