/** The tracker in use is killed with -9: everything goes on at the other one, without a new log-in. */
import { join } from 'node:path';
import { type ClientProgram, Cluster, gatherGroup, passwordOf, sha256OfFile, writeTestFile } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { untilAgreed } from './agreement.js';

const MIB = 1024 * 1024;

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;
let carol: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start();
  // Slow enough for a tracker to die in the middle of a transfer.
  [alice, bob] = await gatherGroup(cluster, 'films', [['alice', '--upload-limit', String(4 * MIB)], 'bob']);
  await writeTestFile(join(cluster.directory, 'film'), 8 * MIB);
  await alice.succeed('upload_file film films');
});
afterAll(() => cluster.stop());

test('killed in the middle of a download: the download goes on', async () => {
  await bob.succeed('download_file films film copy');
  await bob.until('show_downloads', ({ downloads: [film] }) => film.state === 'downloading' && film.done > 0);
  await cluster.tracker(1).kill();
  const done = await bob.event(({ state }) => state === 'complete' || state === 'failed');
  expect(done.state).toBe('complete');
  expect(await sha256OfFile(join(cluster.directory, 'copy'))).toBe(await sha256OfFile(join(cluster.directory, 'film')));
});

test('everybody is told once, and is who they were', async () => {
  for (const [client, user] of [
    [alice, 'alice'],
    [bob, 'bob'],
  ] as const) {
    expect(await client.succeed('whoami')).toEqual({ user, tracker: 2 });
    const tracker = (number: number, state: string) => ({ event: 'tracker', number, state });
    const events = client.output.lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'tracker');
    expect(events).toEqual([tracker(1, 'connected'), tracker(1, 'lost'), tracker(2, 'connected')]);
  }
});

test('shares are announced again', async () => {
  await bob.until('list_files films', ({ files: [film] }) => film.sharers === 2);
});

test('groups, memberships and files go on, replicated no further than there are trackers', async () => {
  const replicated = false;
  expect(await alice.succeed('create_group songs')).toEqual({ group: 'songs', replicated });
  expect(await bob.succeed('join_group songs')).toEqual({ group: 'songs', replicated });
  expect(await alice.succeed('list_requests songs')).toEqual({ requests: [{ user: 'bob' }] });
  const accepted = { group: 'songs', user: 'bob', replicated };
  expect(await alice.succeed('accept_request songs bob')).toEqual(accepted);
  expect(await alice.succeed('upload_file film songs --as song')).toMatchObject({ file: 'song', replicated });
  await bob.succeed('download_file songs song song-copy');
  expect(await bob.succeed('wait')).toEqual({ complete: 2, failed: 0 });
});

test('a client that starts now logs in at tracker 2', async () => {
  carol = cluster.client([], 'carol');
  expect(await carol.succeed(`create_user carol ${passwordOf('carol')}`)).toEqual({ user: 'carol', replicated: false });
  const login = await carol.succeed(`login carol ${passwordOf('carol')}`);
  expect(login).toEqual({ user: 'carol', tracker: 2, replicated: false });
  const { trackers } = await carol.succeed('trackers');
  expect(trackers).toMatchObject([
    { number: 1, reachable: false, current: false, operations: null, digest: null },
    { number: 2, reachable: true, current: true, linked: [] },
  ]);
});

test('tracker 1 comes back and catches up with all of it', async () => {
  await cluster.startTracker(1);
  await untilAgreed(alice);
  expect(await alice.succeed('create_group plays')).toEqual({ group: 'plays', replicated: true });
});

test('tracker 2 is killed: everybody goes back, and finds what was done meanwhile', async () => {
  await cluster.tracker(2).kill();
  expect(await bob.succeed('whoami')).toEqual({ user: 'bob', tracker: 1 });
  const { members } = await bob.succeed('list_members songs');
  expect(members).toMatchObject([
    { user: 'alice', owner: true },
    { user: 'bob', owner: false },
  ]);
  await bob.until('list_files songs', ({ files: [song] }) => song.sharers === 2);
  expect(await carol.succeed('whoami')).toEqual({ user: 'carol', tracker: 1 });
});

test('tracker 2 comes back, with nothing on its disk, and both are one', async () => {
  await cluster.startTracker(2);
  const [first, second] = await untilAgreed(bob);
  expect(first).toMatchObject({ current: true, linked: [2] });
  expect(second).toMatchObject({ current: false, linked: [1] });
  expect(await alice.succeed('list_groups')).toMatchObject({
    groups: [{ group: 'films' }, { group: 'plays' }, { group: 'songs' }],
  });
});
