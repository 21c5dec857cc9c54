/** A member who is no more, or is logged out, gets nothing more: not of what is under way, and not with an old grant. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientProgram, Cluster, Forwarder, freePorts, gatherGroup, passwordOf, writeTestFile } from '@p2p/harness';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { codeOf, newDevice, RawClient } from './raw-client.js';
import { RawDownloader } from './raw-downloader.js';
import { joinRaw, openSwarm, type RawMember } from './raw-member.js';

const FILE_BYTES = 32 * 1024 * 1024;
const FILE_PIECES = FILE_BYTES / (256 * 1024);
/** Of the upload: nobody has all of the file before a test is over. */
const SLOWLY = ['--upload-limit', String(256 * 1024)];

let cluster: Cluster;
/** Shares the film, and is connected to tracker 1. */
let alice: ClientProgram;
/** Shares it too, connected to tracker 2, over wires that can be cut. */
let carol: ClientProgram;
let wires: readonly Forwarder[];
const ports = { alice: 0, carol: 0 };
/** Every test has its own. */
let user: string;
let mallory: RawMember;
let testNumber = 0;

beforeAll(async () => {
  cluster = await Cluster.start();
  [ports.alice = 0, ports.carol = 0] = await freePorts(2);
  [alice] = await gatherGroup(cluster, 'films', [['alice', `127.0.0.1:${ports.alice}`, ...SLOWLY]]);
  await writeTestFile(join(cluster.directory, 'film'), FILE_BYTES);
  await alice.succeed('upload_file film films');
  wires = await Promise.all([2, 1].map((number) => Forwarder.start(cluster.port(number))));
  const lines = wires.map(({ port }) => `127.0.0.1:${port}\n`);
  await writeFile(join(cluster.directory, 'wires.txt'), lines.join(''));
  const words = [`127.0.0.1:${ports.carol}`, 'wires.txt', '--data-dir', 'carol', ...SLOWLY];
  carol = cluster.own(new ClientProgram({ directory: cluster.directory, words }));
  await carol.succeed(`create_user carol ${passwordOf('carol')}`);
  await carol.succeed(`login carol ${passwordOf('carol')}`);
  await carol.succeed('join_group films');
  await alice.succeed('accept_request films carol');
  await carol.succeed('upload_file film films');
});
afterAll(async () => {
  await cluster.stop();
  await Promise.all(wires.map((wire) => wire.close()));
});

beforeEach(async () => {
  user = `mallory-${++testNumber}`;
  mallory = await joinRaw({ cluster, owner: alice, user, group: 'films', file: 'film' });
});

/** Bytes of the film are on their way from this client to mallory. */
async function fetching(from: keyof typeof ports, grant = mallory.swarm.grant): Promise<RawDownloader> {
  const raw = await RawDownloader.dial(mallory.identity, ports[from], grant);
  const { group, root } = mallory.swarm;
  raw.send({ type: 'open', channel: 1, group, root });
  raw.take(1, FILE_PIECES);
  await raw.got(1);
  return raw;
}

/** Transfers end, not with the file, and the grant that was good for them is worth nothing any more. */
async function expectEnd(...transfers: readonly RawDownloader[]): Promise<void> {
  for (const transfer of transfers) {
    await transfer.closed;
    expect(transfer.byteCount).toBeLessThan(FILE_BYTES);
  }
  for (const from of ['alice', 'carol'] as const) {
    const again = await RawDownloader.dial(mallory.identity, ports[from], mallory.swarm.grant);
    again.send({ type: 'open', channel: 1, group: mallory.swarm.group, root: mallory.swarm.root });
    await again.closed;
    expect([again.byteCount, again.said]).toEqual([0, []]);
  }
}

test('who is removed, from sharers at either tracker', async () => {
  const transfers = [await fetching('alice'), await fetching('carol')];
  await alice.succeed(`remove_member films ${user}`);
  await expectEnd(...transfers);
});

test('who leaves', async () => {
  const transfers = [await fetching('alice'), await fetching('carol')];
  await mallory.tracker.change({ type: 'leave_group', group: 'films' });
  await expectEnd(...transfers);
});

test('who logs out', async () => {
  const transfers = [await fetching('alice'), await fetching('carol')];
  await mallory.tracker.change({ type: 'logout' });
  await expectEnd(...transfers);
});

test('whose password is changed on another device', async () => {
  const transfers = [await fetching('alice'), await fetching('carol')];
  const other = await RawClient.connect(await newDevice(cluster.directory, `${user}-other`), cluster.port(2));
  await other.change({ type: 'login', user, password: passwordOf(user), token: randomBytes(32) });
  const passwords = { oldPassword: passwordOf(user), newPassword: 'another-password' };
  expect(codeOf(await other.change({ type: 'change_password', ...passwords }))).toBe('change_password.ok');
  await expectEnd(...transfers);
});

test('who is let in again has another membership: its grant is good at once, the old one is not', async () => {
  const transfers = [await fetching('alice'), await fetching('carol')];
  await alice.succeed(`remove_member films ${user}`);
  await mallory.tracker.change({ type: 'join_group', group: 'films' });
  await alice.succeed(`accept_request films ${user}`);
  const { grant } = await openSwarm(mallory.tracker, 'films', 'film');
  const anew = [await fetching('alice', grant), await fetching('carol', grant)];
  await expectEnd(...transfers);
  await Promise.all(anew.map((transfer) => transfer.close()));
});

test('a member’s client that is removed in the middle says so, and stops', async () => {
  const dave = cluster.client([], 'dave');
  await dave.succeed(`create_user dave ${passwordOf('dave')}`);
  await dave.succeed(`login dave ${passwordOf('dave')}`);
  await dave.succeed('join_group films');
  await alice.succeed('accept_request films dave');
  await dave.succeed('download_file films film copy');
  await dave.event(({ event, done = 0 }) => event === 'download' && done > 0);
  await alice.succeed('remove_member films dave');
  const ended = await dave.event(({ event, state }) => event === 'download' && state === 'failed');
  expect(ended.error?.code).toBe('not_a_member');
  expect(await dave.succeed('wait')).toEqual({ complete: 0, failed: 1 });
  await dave.errorLine((line) => line.includes('you are no longer a member of films'));
});

test('a sharer that reached no tracker meanwhile ends it as soon as it reaches one', async () => {
  const transfer = await fetching('carol');
  const from = carol.printed;
  for (const wire of wires) wire.cut();
  await carol.event(({ event, state }) => event === 'tracker' && state === 'lost', from);
  await alice.succeed(`remove_member films ${user}`);
  // Carol can't know, so what is under way goes on.
  await transfer.got(transfer.byteCount + 1);
  for (const wire of wires) wire.heal();
  await carol.event(({ event, state }) => event === 'tracker' && state === 'connected', from);
  await expectEnd(transfer);
});

test('everybody’s access ends with the group', async () => {
  await alice.succeed('create_group gone');
  await alice.succeed('upload_file film gone');
  const late = await joinRaw({ cluster, owner: alice, user: `${user}-late`, group: 'gone', file: 'film' });
  const transfer = await RawDownloader.dial(late.identity, ports.alice, late.swarm.grant);
  transfer.send({ type: 'open', channel: 1, group: late.swarm.group, root: late.swarm.root });
  transfer.take(1, FILE_PIECES);
  await transfer.got(1);
  await alice.succeed('delete_group gone');
  await transfer.closed;
  expect(transfer.byteCount).toBeLessThan(FILE_BYTES);
});
