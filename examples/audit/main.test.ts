/** Runs the example on the directory of a tracker that people have worked with. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cluster, registered } from '@p2p/harness';
import { expect, onTestFinished, test } from 'vitest';

const program = fileURLToPath(new URL('main.mjs', import.meta.url));

test('the example says who has done what, and that it comes to the digest that the tracker gave', async () => {
  const cluster = await Cluster.start(1);
  onTestFinished(() => cluster.stop());
  const ann = await registered(cluster, 'ann');
  for (const group of ['films', 'books', 'maps']) await ann.succeed(`create_group ${group}`);
  const { trackers } = await ann.succeed('trackers');
  await cluster.tracker(1).stop();
  const directory = join(cluster.directory, '.p2p', 'tracker-1');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, directory], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
  expect(stdout.split('\n').sort()).toEqual([
    '',
    expect.stringMatching(new RegExp(`^\\(nobody\\): 3 since ${time}$`)),
    `all fits: ${trackers[0].operations} operations, digest ${trackers[0].digest}`,
    expect.stringMatching(new RegExp(`^ann: 3 since ${time}$`)),
  ]);
});
