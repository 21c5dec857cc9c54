/** What both programs keep is their owner's alone: made so, narrowed where it is not, or refused. */
import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, registered } from '@p2p/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filesBelow } from './traces.js';

let cluster: Cluster;
let alice: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start(2);
  alice = await registered(cluster, 'alice');
});
afterAll(() => cluster.stop());

describe.skipIf(process.platform === 'win32')('what a program keeps', () => {
  test('is for nobody else', async () => {
    const kept = ['.p2p/tracker-1', '.p2p/tracker-2', 'clients/alice'];
    for (const folder of kept) {
      const path = join(cluster.directory, folder);
      expect((await stat(path)).mode & 0o777, folder).toBe(0o700);
      const files = await filesBelow(path);
      expect(files.length).toBeGreaterThan(1);
      for (const file of files) expect((await stat(join(path, file))).mode & 0o077, join(folder, file)).toBe(0);
    }
    expect((await stat(join(cluster.directory, 'cluster.key'))).mode & 0o777).toBe(0o600);
  });

  test('and others could read is taken from them, and the operator is told', async () => {
    await cluster.tracker(2).stop();
    const directory = cluster.dataDirectory(2);
    const files = await filesBelow(directory);
    for (const file of files) await chmod(join(directory, file), 0o644);
    await chmod(directory, 0o755);
    const again = await cluster.startTracker(2);
    expect(again.output.lines.filter((line) => line.includes('others could read what lies in'))).toHaveLength(1);
    for (const file of files) expect((await stat(join(directory, file))).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  test('starts no tracker where others can read the key', async () => {
    const key = join(cluster.directory, 'cluster.key');
    await cluster.tracker(2).stop();
    await chmod(key, 0o644);
    const refused = cluster.launchTracker(2);
    expect(await refused.ended).toBe(2);
    expect(refused.errors.lines.join()).toContain(`run: chmod 600 '${key}'`);
    await chmod(key, 0o600);
  });

  test('starts no client where others can read the session', async () => {
    await alice.stop();
    const session = join(cluster.directory, 'clients', 'alice', 'session.json');
    await chmod(session, 0o640);
    const refused = cluster.client([], 'alice');
    expect(await refused.ended).toBe(2);
    expect(refused.errors.lines.join()).toContain(`run: chmod 600 '${session}'`);
    await chmod(session, 0o600);
    expect(await cluster.client([], 'alice').succeed('whoami')).toMatchObject({ user: 'alice' });
  });
});
