/** A user's devices, over two trackers: how they are listed, and how one that was lost is logged out from another. */
import { hostname } from 'node:os';
import { type ClientProgram, Cluster, passwordOf, registered } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KeptSession } from './kept-session.js';

interface Row {
  readonly device: string;
  readonly lastSeen: string;
  readonly current: boolean;
}

let cluster: Cluster;
/** At tracker 1. */
let laptop: ClientProgram;
/** At tracker 2. */
let phone: ClientProgram;
let laptopId: string;
let phoneId: string;

const atTracker = (number: number): string => `127.0.0.1:${cluster.port(number)}`;
const logIn = `login ana ${passwordOf('ana')}`;

/** Nobody tells a person in a script mode anything but by this line. */
const isLoggedOutNotice = (line: string): boolean => line.includes('no longer logged in on this device');

beforeAll(async () => {
  cluster = await Cluster.start(2);
  laptop = await registered(cluster, 'ana');
  phone = cluster.client([atTracker(2)], 'phone');
  await phone.succeed(logIn);
});
afterAll(() => cluster?.stop());

test('both are listed, at either tracker alike, each with what it is called', async () => {
  const { devices } = await laptop.succeed('list_devices');
  const rows = devices as Row[];
  laptopId = rows.find(({ current }) => current)?.device ?? '';
  phoneId = rows.find(({ current }) => !current)?.device ?? '';
  const row = { name: hostname(), lastSeen: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) };
  const expected = [
    { ...row, device: laptopId, current: true },
    { ...row, device: phoneId, current: false },
  ].sort((a, b) => (a.device < b.device ? -1 : 1));
  expect(rows).toEqual(expected);
  expect(rows.map(({ device }) => device)).toEqual([
    expect.stringMatching(/^[0-9a-f]{64}$/),
    expect.stringMatching(/^[0-9a-f]{64}$/),
  ]);
  const seenFromPhone = (await phone.succeed('list_devices')).devices as Row[];
  expect(seenFromPhone.map(({ device, current }) => [device, current])).toEqual(
    rows.map(({ device, current }) => [device, !current]),
  );
});

test('logging in anew makes no second row, and nobody sees the devices of others', async () => {
  await phone.succeed('logout');
  await phone.succeed(logIn);
  expect((await laptop.succeed('list_devices')).devices).toHaveLength(2);
  const ben = await registered(cluster, 'ben');
  expect((await ben.succeed('list_devices')).devices).toHaveLength(1);
  expect(await ben.refused(`revoke_device ${phoneId}`)).toBe('bad_request');
  expect(await phone.succeed('whoami')).toMatchObject({ user: 'ana' });
});

test('a device that is revoked is told at once, and its session is dead at both trackers', async () => {
  const kept = await KeptSession.of(cluster, 'phone');
  const revoked = await laptop.succeed(`revoke_device ${phoneId.slice(0, 8)}`);
  expect(revoked).toEqual({ device: phoneId, replicated: true });
  await phone.errorLine(isLoggedOutNotice);
  expect(await phone.refused('whoami')).toBe('not_logged_in');
  expect((await laptop.succeed('list_devices')).devices).toHaveLength(1);
  expect(await laptop.refused(`revoke_device ${phoneId}`), 'it is none of hers any more').toBe('bad_request');
  await phone.kill();
  for (const number of [1, 2]) expect(await kept.refusedAt(number), `at tracker ${number}`).toBe('not_logged_in');
});

test('it may log in again with the password', async () => {
  phone = cluster.client([atTracker(2)], 'phone');
  await phone.succeed(logIn);
  expect((await laptop.succeed('list_devices')).devices).toHaveLength(2);
});

test('a device that was revoked while its tracker was down is logged out when that is back', async () => {
  await cluster.tracker(2).kill();
  expect(await phone.succeed('whoami')).toEqual({ user: 'ana', tracker: 1 });
  await phone.kill();
  expect(await laptop.succeed(`revoke_device ${phoneId}`)).toEqual({ device: phoneId, replicated: false });
  await cluster.startTracker(2);
  phone = cluster.client([atTracker(2)], 'phone');
  expect(await phone.refused('whoami')).toBe('not_logged_in');
});

test('the device that asks may be revoked: that is a log-out', async () => {
  expect(await laptop.succeed(`revoke_device ${laptopId}`)).toEqual({ device: laptopId, replicated: true });
  expect(await laptop.refused('whoami')).toBe('not_logged_in');
  expect(laptop.errors.lines.filter(isLoggedOutNotice), 'nobody has to tell it').toEqual([]);
  expect(await laptop.succeed(logIn), 'this is no second log-in').toMatchObject({ user: 'ana' });
});
