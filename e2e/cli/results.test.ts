/** The result of every command, to the letter: these keys, no others, with values of these kinds. One story, in order. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, gatherGroup, passwordOf, registered } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';

const content = 'What fits into one leaf has the SHA-256 of its bytes as its root.';
const root = createHash('sha256').update(content).digest('hex');

let cluster: Cluster;
let ana: ClientProgram;
let ben: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start(2);
  await writeFile(join(cluster.directory, 'clip.txt'), content);
});

afterAll(() => cluster?.stop());

test('create_user does not log in; login does; whoami', async () => {
  ana = cluster.client([], 'ana');
  expect(await ana.succeed('create_user ana ana-password')).toEqual({ user: 'ana', replicated: true });
  expect(await ana.refused('whoami')).toBe('not_logged_in');
  expect(await ana.succeed('login ana ana-password')).toEqual({ user: 'ana', tracker: 1, replicated: true });
  expect(await ana.succeed('whoami')).toEqual({ user: 'ana', tracker: 1 });
});

test('list_devices', async () => {
  const { devices, ...rest } = await ana.succeed('list_devices');
  expect(rest).toEqual({});
  const row = { device: expect.stringMatching(/^[0-9a-f]{64}$/), name: expect.any(String), current: true };
  expect(devices).toEqual([{ ...row, lastSeen: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/) }]);
});

test('change_password, logout', async () => {
  expect(await ana.succeed('change_password ana-password another-one')).toEqual({ replicated: true });
  expect(await ana.succeed('logout')).toEqual({ replicated: true });
  expect(await ana.refused('login ana ana-password')).toBe('wrong_password');
  await ana.succeed('login ana another-one');
});

test('create_group, join_group, list_requests, accept_request, list_members', async () => {
  ben = await registered(cluster, 'ben');
  expect(await ana.succeed('list_groups')).toEqual({ groups: [] });
  expect(await ana.succeed('create_group films')).toEqual({ group: 'films', replicated: true });
  expect(await ana.succeed('list_requests films')).toEqual({ requests: [] });
  expect(await ben.succeed('join_group films')).toEqual({ group: 'films', replicated: true });
  expect(await ana.succeed('list_requests films')).toEqual({ requests: [{ user: 'ben' }] });
  expect(await ana.succeed('accept_request films ben')).toEqual({ group: 'films', user: 'ben', replicated: true });
  expect(await ben.succeed('list_members films')).toEqual({
    members: [
      { user: 'ana', owner: true, online: true },
      { user: 'ben', owner: false, online: true },
    ],
  });
});

test('list_groups says who owns a group and how one stands to it', async () => {
  const cleo = await registered(cluster, 'cleo');
  const row = { group: 'films', owners: ['ana'], members: 2 };
  expect(await ben.succeed('list_groups')).toEqual({ groups: [{ ...row, member: true, requested: false }] });
  expect(await cleo.succeed('list_groups')).toEqual({ groups: [{ ...row, member: false, requested: false }] });
  await cleo.succeed('join_group films');
  expect(await cleo.succeed('list_groups')).toEqual({ groups: [{ ...row, member: false, requested: true }] });
});

test('reject_request, after which one may ask again', async () => {
  expect(await ana.succeed('reject_request films cleo')).toEqual({ group: 'films', user: 'cleo', replicated: true });
  expect(await ana.succeed('list_requests films')).toEqual({ requests: [] });
});

test('add_owner, remove_owner', async () => {
  expect(await ana.succeed('add_owner films ben')).toEqual({ group: 'films', user: 'ben', replicated: true });
  const { groups } = await ana.succeed('list_groups');
  expect(groups[0].owners.toSorted()).toEqual(['ana', 'ben']);
  expect(await ana.succeed('remove_owner films ben')).toEqual({ group: 'films', user: 'ben', replicated: true });
});

test('upload_file, list_files', async () => {
  const file = { group: 'films', file: 'clip.txt', bytes: content.length, root, replicated: true };
  expect(await ana.succeed('upload_file clip.txt films')).toEqual(file);
  expect(await ana.succeed('upload_file clip.txt films'), 'with the same root: the same again').toEqual(file);
  const renamed = { ...file, file: 'other name.txt' };
  expect(await ana.succeed("upload_file clip.txt films --as 'other name.txt'")).toEqual(renamed);
  const row = { bytes: content.length, root, sharers: 1, by: 'ana' };
  expect(await ben.succeed('list_files films')).toEqual({
    files: [
      { file: 'clip.txt', ...row },
      { file: 'other name.txt', ...row },
    ],
  });
});

test('download_file, wait, show_downloads; whoever has it shares it', async () => {
  expect(await ben.succeed('show_downloads')).toEqual({ downloads: [] });
  expect(await ben.succeed('wait')).toEqual({ complete: 0, failed: 0 });
  const path = join(cluster.directory, 'copy.txt');
  const file = { group: 'films', file: 'clip.txt', bytes: content.length, path };
  expect(await ben.succeed('download_file films clip.txt copy.txt')).toEqual(file);
  expect(await ben.succeed('wait 30')).toEqual({ complete: 1, failed: 0 });
  const done = {
    state: 'complete',
    done: content.length,
    bytesPerSecond: expect.any(Number),
    peers: expect.any(Number),
  };
  expect(await ben.succeed('show_downloads')).toEqual({ downloads: [{ ...file, ...done }] });
  const { files } = await ana.succeed('list_files films');
  expect(files[0]).toMatchObject({ file: 'clip.txt', sharers: 2, by: 'ana' });
});

test('limit', async () => {
  expect(await ben.succeed('limit up 500k')).toEqual({ up: 512_000, down: 0 });
  expect(await ben.succeed('limit down 1.5M')).toEqual({ up: 512_000, down: 1_572_864 });
  expect(await ben.succeed('limit up 0')).toEqual({ up: 0, down: 1_572_864 });
  expect(await ben.succeed('limit down 0')).toEqual({ up: 0, down: 0 });
});

test('stop_share, remove_file', async () => {
  expect(await ana.succeed('stop_share films clip.txt')).toEqual({ group: 'films', file: 'clip.txt' });
  const { files } = await ana.succeed('list_files films');
  expect(files[0]).toMatchObject({ file: 'clip.txt', sharers: 1, by: 'ana' });
  const removed = { group: 'films', file: 'clip.txt', replicated: true };
  expect(await ana.succeed('remove_file films clip.txt')).toEqual(removed);
  expect((await ben.succeed('list_files films')).files).toHaveLength(1);
});

test('trackers', async () => {
  const { trackers, ...rest } = await ben.succeed('trackers');
  expect(rest).toEqual({});
  const [one, two] = trackers;
  const digest = expect.stringMatching(/^[0-9a-f]{64}$/);
  const row = { reachable: true, operations: expect.any(Number), digest };
  const address = (number: number): string => `127.0.0.1:${cluster.ports[number - 1]}`;
  expect(one).toEqual({ ...row, number: 1, address: address(1), current: true, linked: [2] });
  expect(two).toEqual({ ...row, number: 2, address: address(2), current: false, linked: [1] });
  // What was answered with `replicated` is on both.
  expect([two.operations, two.digest]).toEqual([one.operations, one.digest]);
});

test('remove_member, leave_group, delete_group', async () => {
  expect(await ana.succeed('remove_member films ben')).toEqual({ group: 'films', user: 'ben', replicated: true });
  expect(await ben.refused('list_files films')).toBe('not_a_member');
  expect(await ana.succeed('leave_group films'), 'the last one who leaves').toEqual({
    group: 'films',
    replicated: true,
  });
  expect(await ben.succeed('list_groups')).toEqual({ groups: [] });
  await ben.succeed('create_group music');
  expect(await ben.succeed('delete_group music')).toEqual({ group: 'music', replicated: true });
  expect(await ben.succeed('list_groups')).toEqual({ groups: [] });
});

test('an only owner’s group goes to the longest member, and an owner may put out an owner', async () => {
  const [dora, emil, fay] = await gatherGroup(cluster, 'heirs', ['dora', 'emil', 'fay']);
  await dora.succeed('leave_group heirs');
  const { groups } = await fay.succeed('list_groups');
  expect(groups).toEqual([{ group: 'heirs', owners: ['emil'], members: 2, member: true, requested: false }]);
  await emil.succeed('add_owner heirs fay');
  await fay.succeed('remove_member heirs emil');
  expect(await emil.refused('list_members heirs')).toBe('not_a_member');
});

test('help, quit', async () => {
  const client = cluster.client();
  expect(await client.succeed('help')).toEqual({});
  expect(await client.succeed('help create_user')).toEqual({});
  expect(await client.succeed('quit')).toEqual({});
  expect(await client.ended).toBe(0);
});

test('with a tracker away what changes something is kept, and says replicated: false', async () => {
  await cluster.tracker(2).kill();
  const gil = cluster.client();
  expect(await gil.succeed('create_user gil gil-password')).toEqual({ user: 'gil', replicated: false });
  expect(await gil.succeed(`login gil ${passwordOf('gil')}`)).toEqual({ user: 'gil', tracker: 1, replicated: false });
  expect(await gil.succeed('create_group late')).toEqual({ group: 'late', replicated: false });
  const { trackers } = await gil.succeed('trackers');
  expect(trackers[0]).toMatchObject({ number: 1, reachable: true, current: true, linked: [] });
  expect(trackers[1]).toMatchObject({ number: 2, reachable: false, current: false });
  expect(Object.keys(trackers[1]).toSorted()).toEqual(Object.keys(trackers[0]).toSorted());
});
