/** Two people at two trackers want the same thing at once: one gets it, the other is told so. */
import { type ClientProgram, Cluster, passwordOf, registered } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { untilAgreed } from './agreement.js';

const ROUNDS = 8;

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start();
  alice = await registered(cluster, 'alice');
  bob = await registered(cluster, 'bob', [`127.0.0.1:${cluster.port(2)}`]);
  expect(await alice.succeed('whoami')).toEqual({ user: 'alice', tracker: 1 });
  expect(await bob.succeed('whoami')).toEqual({ user: 'bob', tracker: 2 });
});
afterAll(() => cluster.stop());

/** Both type `line` at the same moment; `ok` or the code of each, in order. */
async function race(line: string): Promise<string[]> {
  const answers = await Promise.all([alice.command(line), bob.command(line)]);
  return answers.map(({ error }) => error?.code ?? 'ok').sort();
}

test('the same group', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    expect(await race(`create_group group-${round}`)).toEqual(['already_exists', 'ok']);
  }
});

test('the same user', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    expect(await race(`create_user user-${round} right-password`)).toEqual(['already_exists', 'ok']);
  }
});

test('different groups at once, many of them', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const made = await Promise.all([
      alice.succeed(`create_group of-alice-${round}`),
      bob.succeed(`create_group of-bob-${round}`),
    ]);
    expect(made.map(({ replicated }) => replicated)).toEqual([true, true]);
  }
});

test('both trackers say the same afterwards', async () => {
  await untilAgreed(alice);
  expect((await alice.succeed('list_groups')).groups.map(withoutSelf)).toEqual(
    (await bob.succeed('list_groups')).groups.map(withoutSelf),
  );
});

test('whoever lost the race for a user can log in as nobody but the winner’s', async () => {
  const carol = cluster.client();
  const password = passwordOf('carol');
  const [one, other] = await Promise.all([
    alice.command(`create_user carol ${password}`),
    bob.command('create_user carol other-password'),
  ]);
  const [right, wrong] = one.ok ? [password, 'other-password'] : ['other-password', password];
  expect([one.ok, other.ok].filter(Boolean)).toHaveLength(1);
  expect(await carol.refused(`login carol ${wrong}`)).toBe('wrong_password');
  expect(await carol.succeed(`login carol ${right}`)).toMatchObject({ user: 'carol' });
});

function withoutSelf({ group, owners, members }: { group: string; owners: string[]; members: number }) {
  return { group, owners, members };
}
