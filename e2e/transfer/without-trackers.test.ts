/** Swarms that look after themselves: who joins later is used, and both trackers may be gone. */
import { join } from 'node:path';
import { type ClientProgram, Cluster, gatherGroup, sha256OfFile, writeTestFile } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MIB = 1024 * 1024;
const FILE_BYTES = 12 * MIB;
/** So that a transfer takes a while, and much happens meanwhile. */
const SLOWLY = ['--upload-limit', String(2 * MIB)];

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;
let carol: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start();
  [alice, bob, carol] = await gatherGroup(cluster, 'films', [['alice', ...SLOWLY], ['bob', ...SLOWLY], 'carol']);
  await writeTestFile(join(cluster.directory, 'film'), FILE_BYTES);
  await alice.succeed('upload_file film films');
});
afterAll(() => cluster.stop());

const peersOf = ({ downloads: [film] }: { downloads: { peers: number }[] }) => film?.peers;

test('who shares from now on is used by who has asked before, and both trackers may be killed', async () => {
  await carol.succeed('download_file films film copy');
  await carol.until('show_downloads', ({ downloads: [film] }) => film.peers === 1 && film.done > 0);
  await bob.succeed('upload_file film films');
  await carol.until('show_downloads', (shown) => peersOf(shown) === 2);
  await Promise.all([cluster.tracker(1).kill(), cluster.tracker(2).kill()]);
  await carol.event(({ event, state }) => event === 'tracker' && state === 'lost');
  const { downloads } = await carol.succeed('show_downloads');
  expect(downloads).toMatchObject([{ state: 'downloading', peers: 2 }]);
  expect(await carol.event(({ state }) => state === 'complete' || state === 'failed')).toMatchObject({
    state: 'complete',
  });
  expect(await sha256OfFile(join(cluster.directory, 'copy'))).toBe(await sha256OfFile(join(cluster.directory, 'film')));
});
