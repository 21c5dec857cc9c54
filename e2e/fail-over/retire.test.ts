/** `tracker retire`: whoever runs a tracker gives up another one that never comes back, and nobody waits for it any more. */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, freePorts, registered } from '@p2p/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runSubcommand } from './subcommand.js';

let cluster: Cluster;
let alice: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start();
  alice = await registered(cluster, 'alice');
});
afterAll(() => cluster.stop());

const tracker = (line: string, directory?: string) => runSubcommand(cluster, line, directory);

const refused = (line: RegExp) => ({ exitCode: 1, output: [], errors: [expect.stringMatching(line)] });
const unusable = (line: RegExp) => ({ exitCode: 2, output: [], errors: [expect.stringMatching(line)] });
const retired = (number: number, rest = /$/) => ({
  exitCode: 0,
  output: [expect.stringMatching(new RegExp(`^tracker ${number} is retired.*${rest.source}`))],
  errors: [],
});

describe('while both run', () => {
  test('a tracker that is linked is not given up', async () => {
    expect(await tracker('retire 2 --tracker 1')).toEqual(refused(/tracker 2 is linked/));
    expect(await tracker('retire 1 tracker_info.txt')).toEqual(refused(/tracker 1 is linked/));
  });

  test('nor is the one that is asked, nor one that does not exist', async () => {
    expect(await tracker('retire 1 --tracker 1')).toEqual(refused(/tracker 1 itself/));
    expect(await tracker('retire 3 --tracker 1')).toEqual(refused(/no line 3/));
  });

  test('who is asked has to be clear', async () => {
    expect(await tracker('retire 3')).toEqual(unusable(/1 or 2.*--tracker/));
    expect(await tracker('retire 1 --tracker 3')).toEqual(unusable(/there is no 3/));
  });

  test('none of that has changed anything', async () => {
    const { trackers } = await alice.succeed('trackers');
    expect(trackers).toMatchObject([{ linked: [2] }, { linked: [1] }]);
    expect(await alice.succeed('create_group all-hold-it')).toMatchObject({ replicated: true });
  });
});

test('without the key of the cluster nobody is asked', async () => {
  const folder = await cluster.folder('elsewhere');
  await copyFile(cluster.trackerInfo, join(folder, 'tracker_info.txt'));
  expect(await tracker('retire 2', folder)).toEqual(unusable(/no tracker has its data directory/));
  expect(await tracker('retire 2 --tracker 1', folder)).toEqual(unusable(/cluster\.key is missing/));
});

test('where no tracker answers and there is no directory', async () => {
  const folder = await cluster.folder('stopped');
  await copyFile(join(cluster.directory, 'cluster.key'), join(folder, 'cluster.key'));
  const [one = 0, two = 0] = await freePorts(2);
  await writeFile(join(folder, 'tracker_info.txt'), `127.0.0.1:${one}\n127.0.0.1:${two}\n`);
  expect(await tracker('retire 2 --tracker 1', folder)).toEqual(unusable(/does not answer.*tracker-1 is not there/));
  await mkdir(join(folder, '.p2p', 'tracker-1'), { recursive: true });
  expect(await tracker('retire 2', folder)).toEqual(unusable(/empty/));
});

test('a tracker that hangs is neither asked nor got round', async () => {
  cluster.tracker(1).signal('SIGSTOP');
  expect(await tracker('retire 2 --tracker 1')).toEqual(unusable(/does not answer.*in use/));
  cluster.tracker(1).signal('SIGCONT');
});

describe('when one is gone for good', () => {
  test('changes say that it is away, until it is retired', async () => {
    await cluster.tracker(2).kill();
    expect(await alice.succeed('create_group without-two')).toMatchObject({ replicated: false });
    expect(await tracker('retire 2 --tracker 1')).toEqual(retired(2));
    expect(await alice.succeed('create_group for-good')).toMatchObject({ replicated: true });
  });

  test('asking again does no harm', async () => {
    expect(await tracker('retire 2 --tracker 1')).toEqual(retired(2));
  });

  test('it is still so after a restart', async () => {
    await cluster.tracker(1).kill();
    await cluster.startTracker(1);
    expect(await alice.succeed('create_group after-restart')).toMatchObject({ replicated: true });
  });

  test('should it come back it begins anew, with what there is', async () => {
    await cluster.startTracker(2);
    await cluster.tracker(1).line((line) => line.includes('linked with tracker 2'));
    await cluster.tracker(2).line((line) => line.includes('linked with tracker 1'));
    const bob = await registered(cluster, 'bob', [`127.0.0.1:${cluster.port(2)}`]);
    expect(await bob.succeed('whoami')).toEqual({ user: 'bob', tracker: 2 });
    const { groups } = await bob.succeed('list_groups');
    expect(groups.map(({ group }: { group: string }) => group)).toContain('after-restart');
  });
});

describe('written into the directory of a stopped tracker', () => {
  test('the other one has to be stopped too', async () => {
    await cluster.tracker(1).stop();
    expect(await tracker('retire 2 --tracker 1')).toEqual(refused(/tracker 2 is running/));
  });

  test('it holds once that tracker starts, without the other one', async () => {
    await cluster.tracker(2).kill();
    await rm(join(cluster.directory, '.p2p', 'tracker-2'), { recursive: true });
    expect(await tracker('retire 2')).toEqual(retired(2));
    await cluster.startTracker(1);
    expect(await alice.succeed('create_group alone')).toMatchObject({ replicated: true });
  });
});
