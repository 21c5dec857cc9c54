/** Sharers whom nobody can dial: they are told so, and serve all the same, wherever the two are logged in. */
import { join } from 'node:path';
import {
  type ClientProgram,
  Cluster,
  freePorts,
  gatherGroup,
  passwordOf,
  sha256OfFile,
  writeTestFile,
} from '@p2p/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const FILE_BYTES = 3 * 1024 * 1024;

let cluster: Cluster;
/** Announces a port at which nobody listens. */
let alice: ClientProgram;
let bob: ClientProgram;
/** Announces another one, and so can't be dialled either. */
let carol: ClientProgram;
let deadPorts: number[];

beforeAll(async () => {
  cluster = await Cluster.start();
  deadPorts = await freePorts(2);
  [alice, bob, carol] = await gatherGroup(cluster, 'films', [
    ['alice', ...unreachableAt(0)],
    'bob',
    ['carol', ...unreachableAt(1), '--give-up', '20'],
  ]);
  await writeTestFile(join(cluster.directory, 'film'), FILE_BYTES);
  await alice.succeed('upload_file film films');
});
afterAll(() => cluster.stop());

const unreachableAt = (which: number) => [`127.0.0.1:${deadPorts[which]}`, '--bind', '127.0.0.1:0'];
const noticesOf = (client: ClientProgram) => client.errors.lines.filter((line) => line.includes('nobody can reach'));

async function expectFetched(client: ClientProgram, name: string): Promise<void> {
  await client.succeed(`download_file films film ${name}`);
  await client.event(({ path, state }) => path?.endsWith(name) === true && state === 'complete');
  const copy = await sha256OfFile(join(cluster.directory, name));
  expect(copy).toBe(await sha256OfFile(join(cluster.directory, 'film')));
}

test('who can’t be reached is told where, and what to do about it; others are told nothing', async () => {
  const line = await alice.errors.find((text) => text.includes('nobody can reach'));
  expect(line).toContain(`nobody can reach this client at 127.0.0.1:${deadPorts[0]}`);
  expect(line).toContain('--bind');
  await carol.errors.find((text) => text.includes(`127.0.0.1:${deadPorts[1]}`));
  expect(noticesOf(bob)).toEqual([]);
});

test('it serves whom it can reach', async () => {
  await expectFetched(bob, 'same-tracker');
});

describe('at the other tracker', () => {
  let dave: ClientProgram;

  beforeAll(async () => {
    // Named as one's own address, a tracker is the one that is tried first.
    dave = cluster.client([`127.0.0.1:${cluster.port(2)}`], 'dave');
    await dave.succeed(`create_user dave ${passwordOf('dave')}`);
    expect(await dave.succeed(`login dave ${passwordOf('dave')}`)).toMatchObject({ tracker: 2 });
    await dave.succeed('join_group films');
    await alice.succeed('accept_request films dave');
    // The only ones left who have it are those that can't be dialled.
    await bob.succeed('stop_share films film');
  });

  test('too', async () => {
    await dave.until('list_files films', ({ files: [film] }) => film.sharers === 1);
    await expectFetched(dave, 'other-tracker');
  });

  test('the answer is said once, not at every tracker anew', async () => {
    await dave.succeed('stop_share films film');
    await cluster.tracker(1).kill();
    await alice.until('whoami', ({ tracker }) => tracker === 2);
    await alice.until('list_files films', ({ files: [film] }) => film.sharers === 1);
    await expectFetched(bob, 'after-a-fail-over');
    expect(noticesOf(alice)).toHaveLength(1);
    await cluster.startTracker(1);
  });
});

test('of two whom nobody can reach the one gets from the other when somebody comes who can be', async () => {
  await bob.succeed('stop_share films film');
  const from = carol.printed;
  await carol.succeed('download_file films film between-two');
  const hasEnded = ({ state }: { state?: string }) => state === 'complete' || state === 'failed';
  await carol.until('show_downloads', ({ downloads: [film] }) => film.state === 'downloading' && film.peers === 0);
  await expectFetched(bob, 'bridge');
  expect(await carol.event(hasEnded, from)).toMatchObject({ state: 'complete' });
});
