/** A crowd that floods, trickles, guesses and stays silent, from one address, and honest people who go on as ever. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, gatherGroup, passwordOf, sha256OfFile, writeTestFile } from '@p2p/harness';
import { attackKinds, Crowd } from '@p2p/hostile';
import type { Identity } from '@p2p/transport';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newDevice, RawClient } from './raw-client.js';

/** Some of every kind; `pnpm bench hostile` sends a thousand. */
const CONNECTIONS = 20 * attackKinds.length;
/** Far above what a tracker has without them, far below what it would come to hold if it kept all that it is sent. */
const MAX_GROWTH_MIB = 400;

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;
let member: Identity;
const token = new Uint8Array(32).fill(7);

beforeAll(async () => {
  cluster = await Cluster.start();
  [alice, bob] = await gatherGroup(cluster, 'films', ['alice', 'bob']);
  await writeTestFile(join(cluster.directory, 'film'), 3_000_000);
  await alice.succeed('upload_file film films');
  member = await newDevice(cluster.directory, 'member');
  const raw = await RawClient.connect(member, cluster.port(1));
  await raw.change({ type: 'create_user', user: 'mallory', password: passwordOf('mallory') });
  await raw.change({ type: 'login', user: 'mallory', password: passwordOf('mallory'), token });
  await raw.close();
});
afterAll(() => cluster.stop());

/** Resident memory of tracker 1, MiB. */
async function memoryOfTracker(): Promise<number> {
  const status = await readFile(`/proc/${cluster.tracker(1).pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}

test.each(attackKinds)('people are served while others come as %s', async (kind) => {
  const target = { port: cluster.port(1), stranger: await newDevice(cluster.directory), member, token };
  const before = await memoryOfTracker();
  const crowd = new Crowd(target, CONNECTIONS / 4, [kind]);
  await crowd.arrived();
  await alice.succeed(`create_group during-${kind}`);
  expect(await alice.succeed('whoami')).toEqual({ user: 'alice', tracker: 1 });
  expect((await bob.succeed('list_files films')).files).toHaveLength(1);
  await crowd.stop();
  expect(crowd.tallies[kind].sent).toBeGreaterThan(0);
  expect((await memoryOfTracker()) - before).toBeLessThan(MAX_GROWTH_MIB);
});

test('and while all of them come at once: a file goes from one to the other, and nobody loses the tracker', async () => {
  const target = { port: cluster.port(1), stranger: await newDevice(cluster.directory), member, token };
  const before = await memoryOfTracker();
  const crowd = new Crowd(target, CONNECTIONS);
  await crowd.arrived();
  const carol = cluster.client([], 'carol');
  await carol.succeed(`create_user carol ${passwordOf('carol')}`);
  await carol.succeed(`login carol ${passwordOf('carol')}`);
  await carol.succeed('join_group films');
  await alice.succeed('accept_request films carol');
  await carol.succeed('download_file films film copy');
  expect(await carol.succeed('wait')).toEqual({ complete: 1, failed: 0 });
  expect(await sha256OfFile(join(cluster.directory, 'copy'))).toBe(await sha256OfFile(join(cluster.directory, 'film')));
  const { trackers } = await alice.succeed('trackers');
  expect(trackers).toMatchObject([{ reachable: true, current: true, linked: [2] }, { reachable: true }]);
  await crowd.stop();
  for (const kind of attackKinds) expect(crowd.tallies[kind].sent, kind).toBeGreaterThan(0);
  expect((await memoryOfTracker()) - before).toBeLessThan(MAX_GROWTH_MIB);
});
