/** Guessing passwords: stopped after so many, at every tracker, and never at the cost of whoever has the account. */
import { type ClientProgram, Cluster, passwordOf, registered } from '@p2p/harness';
import { MAX_FAILED_LOG_INS, MAX_OUTSTANDING_REQUESTS, TOKEN_BYTES } from '@p2p/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, newDevice, RawClient } from './raw-client.js';

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start();
  [alice, bob] = await Promise.all([registered(cluster, 'alice'), registered(cluster, 'bob')]);
});
afterAll(() => cluster.stop());

/** Somebody on a device that nobody has logged in on, at tracker `number`. */
async function stranger(name: string, number = 1): Promise<RawClient> {
  return RawClient.connect(await newDevice(cluster.directory, name), cluster.port(number));
}

async function guess(client: RawClient, user: string, password = 'a wrong guess'): Promise<string> {
  return codeOf(await client.change({ type: 'login', user, password, token: new Uint8Array(TOKEN_BYTES) }));
}

test('ten guesses are tried, and then not even the right password', async () => {
  const thief = cluster.client();
  for (let attempt = 0; attempt < MAX_FAILED_LOG_INS; attempt++) {
    expect(await thief.refused(`login alice guess-${attempt}`)).toBe('wrong_password');
  }
  expect(await thief.refused('login alice another-guess')).toBe('too_many_attempts');
  expect(await thief.refused(`login alice ${passwordOf('alice')}`)).toBe('too_many_attempts');
  // It is the account that is guarded: from the same address others get in.
  expect(await thief.succeed(`login bob ${passwordOf('bob')}`)).toMatchObject({ user: 'bob' });
});

test('whoever has the account is not locked out on a device of theirs', async () => {
  await alice.succeed('logout');
  expect(await alice.succeed(`login alice ${passwordOf('alice')}`)).toMatchObject({ user: 'alice' });
});

test('a known device is counted by itself, log-ins and wrong old passwords together', async () => {
  for (let attempt = 1; attempt < MAX_FAILED_LOG_INS; attempt++) {
    expect(await bob.refused(`change_password guess-${attempt} another-password`)).toBe('wrong_password');
  }
  await bob.succeed('logout');
  expect(await bob.refused('login bob guess')).toBe('wrong_password');
  expect(await bob.refused(`login bob ${passwordOf('bob')}`)).toBe('too_many_attempts');
  const elsewhere = cluster.client();
  expect(await elsewhere.succeed(`login bob ${passwordOf('bob')}`)).toMatchObject({ user: 'bob' });
});

test.each(['carol', 'nobody'])('sent at once by one connection they are no more, for %s', async (account) => {
  if (account === 'carol') await registered(cluster, account);
  const client = await stranger(`guesses-${account}`);
  const codes = await Promise.all(Array.from({ length: MAX_OUTSTANDING_REQUESTS }, () => guess(client, account)));
  expect(codes.filter((code) => code === 'wrong_password')).toHaveLength(MAX_FAILED_LOG_INS);
  expect(codes.filter((code) => code === 'too_many_attempts')).toHaveLength(codes.length - MAX_FAILED_LOG_INS);
});

test('the other tracker knows, and the one that is started again hears of it', async () => {
  expect(await guess(await stranger('at-two', 2), 'alice')).toBe('too_many_attempts');
  await cluster.tracker(1).kill();
  expect(await guess(await stranger('fails-over', 2), 'alice', passwordOf('alice'))).toBe('too_many_attempts');
  const back = await cluster.startTracker(1);
  await back.line((line) => line.includes('linked with tracker 2'));
  const client = await stranger('at-one-again');
  await expect.poll(() => guess(client, 'alice')).toBe('too_many_attempts');
});

test('guesses at both trackers are counted together', async () => {
  await registered(cluster, 'dave');
  const clients = [await stranger('half-one', 1), await stranger('half-two', 2)];
  const blocked = new Set<RawClient>();
  let tried = 0;
  while (blocked.size < clients.length) {
    for (const client of clients) {
      if ((await guess(client, 'dave')) === 'wrong_password') tried += 1;
      else blocked.add(client);
    }
  }
  // The news is on its way for a moment; each by itself they would be twice as many.
  expect(tried).toBeGreaterThanOrEqual(MAX_FAILED_LOG_INS);
  expect(tried).toBeLessThan(2 * MAX_FAILED_LOG_INS);
});
