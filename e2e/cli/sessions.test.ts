/** Who is logged in where, and for how long: over log-outs, restarts of the client and of the trackers, on two devices. */
import { Cluster, passwordOf, registered } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';

const logIn = (user: string): string => `login ${user} ${passwordOf(user)}`;

let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.start(2);
  for (const user of ['ana', 'ben']) await (await registered(cluster, user)).kill();
});

afterAll(() => cluster?.stop());

test('a session outlives its client; login replaces it, and is then in force', async () => {
  const client = cluster.client([], 'ana');
  expect(await client.succeed('whoami')).toEqual({ user: 'ana', tracker: 1 });
  await client.succeed('create_group made-without-a-new-log-in');
  await client.succeed(logIn('ana'));
  expect(await client.refused(logIn('ana'))).toBe('already_logged_in');
  await client.kill();
});

test('a session of an earlier start is replaced by another user’s as well', async () => {
  const client = cluster.client([], 'ana');
  expect(await client.succeed(logIn('ben'))).toMatchObject({ user: 'ben' });
  expect(await client.refused(logIn('ana'))).toBe('already_logged_in');
  await client.succeed('logout');
  await client.succeed(logIn('ana'));
  await client.kill();
});

test('a refused log-in leaves the kept session as it was', async () => {
  const client = cluster.client([], 'ana');
  expect(await client.refused('login ana wrong')).toBe('wrong_password');
  expect(await client.succeed('whoami')).toMatchObject({ user: 'ana' });
  await client.kill();
});

test('logout ends it, for later starts as well', async () => {
  const client = cluster.client([], 'ana');
  await client.succeed('logout');
  expect(await client.refused('whoami')).toBe('not_logged_in');
  expect(await client.refused('logout')).toBe('not_logged_in');
  await client.kill();
  const later = cluster.client([], 'ana');
  expect(await later.refused('whoami')).toBe('not_logged_in');
  await later.succeed(logIn('ana'));
  await later.kill();
});

test('a user on two devices: each has a session of its own, a password change ends the other’s', async () => {
  const [one, two] = [cluster.client([], 'ana'), cluster.client([], 'ana-2')];
  await two.succeed(logIn('ana'));
  expect(await one.succeed('whoami')).toMatchObject({ user: 'ana' });
  await two.succeed('logout');
  expect(await one.succeed('whoami')).toMatchObject({ user: 'ana' });
  await two.succeed(logIn('ana'));
  await one.succeed(`change_password ${passwordOf('ana')} another-one`);
  expect(await one.succeed('whoami')).toMatchObject({ user: 'ana' });
  expect(await two.refused('whoami')).toBe('not_logged_in');
  // Nobody is logged in here any more, so this is no second log-in.
  expect(await two.succeed('login ana another-one')).toMatchObject({ user: 'ana' });
});

test('a session outlives the trackers, one after the other started anew', async () => {
  const client = cluster.client([], 'ben');
  expect(await client.succeed('whoami')).toMatchObject({ user: 'ben' });
  for (const number of [1, 2]) {
    await cluster.tracker(number).stop();
    await cluster.startTracker(number);
  }
  expect(await client.succeed('whoami')).toMatchObject({ user: 'ben' });
  await client.succeed('create_group made-after-both-were-gone');
});
