/**
 * Two trackers cut apart give the same names away. Once they are one again both list what had to be renamed, and whoever
 * was renamed still gets in under the name that he knows.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, passwordOf, registered, TrackerWires } from '@p2p/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { untilAgreed } from './agreement.js';

let cluster: Cluster;
let wires: TrackerWires;
/** Alice is at tracker 1, Bob at tracker 2; both own the group "shared". */
let alice: ClientProgram;
let bob: ClientProgram;
/** Nobody in the group. */
let stranger: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.create();
  wires = await TrackerWires.lay(cluster);
  for (const number of [1, 2]) await cluster.startTracker(number, [], TrackerWires.infoOf(number));
  alice = await registered(cluster, 'alice');
  bob = await registered(cluster, 'bob', [`127.0.0.1:${cluster.port(2)}`]);
  stranger = await registered(cluster, 'stranger', [`127.0.0.1:${cluster.port(2)}`]);
  await alice.succeed('create_group shared');
  await untilAgreed(alice);
  await bob.succeed('join_group shared');
  await alice.succeed('accept_request shared bob');
  await untilAgreed(alice);
  await takeTheSameNames();
});
afterAll(async () => {
  await cluster.stop();
  await wires.close();
});

/** Alice's side is first with each name, one after the other, so that the outcome is known. */
async function takeTheSameNames(): Promise<void> {
  wires.cut();
  await alice.succeed(`create_user ann ${passwordOf('first')}`);
  await bob.succeed(`create_user ann ${passwordOf('second')}`);
  await alice.succeed('create_group films');
  await bob.succeed('create_group films');
  for (const [client, content] of [
    [alice, 'of alice'],
    [bob, 'of bob'],
  ] as const) {
    await writeFile(join(cluster.directory, content.replace(' ', '-')), content);
    await client.succeed(`upload_file ${content.replace(' ', '-')} shared --as note.txt`);
  }
  wires.heal();
  await untilAgreed(alice);
}

const at = expect.stringMatching(/^2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const everybodys = [
  { kind: 'user', from: 'ann', to: 'ann~2', at },
  { kind: 'group', from: 'films', to: 'films~2', at },
];

describe('list_conflicts', () => {
  test('says the same at both trackers, in the order in which it came about', async () => {
    const { conflicts } = await alice.succeed('list_conflicts');
    expect(conflicts).toEqual([
      ...everybodys,
      { kind: 'file', from: 'note.txt', to: 'note~2.txt', group: 'shared', at },
    ]);
    expect(await bob.succeed('list_conflicts')).toEqual({ conflicts });
    const times: string[] = conflicts.map((conflict: { at: string }) => conflict.at);
    expect(times).toEqual(times.toSorted());
  });

  test('tells nobody of files in groups that he is not in', async () => {
    expect(await stranger.succeed('list_conflicts')).toEqual({ conflicts: everybodys });
  });

  test('is for who is logged in', async () => {
    expect(await cluster.client().refused('list_conflicts')).toBe('not_logged_in');
  });
});

describe('the name that two asked for', () => {
  test('lets each of them in with his own password, at either tracker', async () => {
    for (const number of [1, 2]) {
      const client = cluster.client([`127.0.0.1:${cluster.port(number)}`]);
      const place = { tracker: number, replicated: true };
      expect(await client.succeed(`login ann ${passwordOf('first')}`)).toEqual({ user: 'ann', ...place });
      await client.succeed('logout');
      const renamed = await client.succeed(`login ann ${passwordOf('second')}`);
      expect(renamed).toEqual({ user: 'ann~2', renamedFrom: 'ann', ...place });
      expect(await client.succeed('whoami')).toEqual({ user: 'ann~2', tracker: number });
      await client.succeed('logout');
      const plain = await client.succeed(`login ann~2 ${passwordOf('second')}`);
      expect(plain).toEqual({ user: 'ann~2', ...place });
    }
  });

  test('lets nobody in with any other password', async () => {
    const client = cluster.client();
    expect(await client.refused(`login ann ${passwordOf('third')}`)).toBe('wrong_password');
    expect(await client.refused(`login ann~2 ${passwordOf('first')}`)).toBe('wrong_password');
    expect(await client.refused(`login ann~3 ${passwordOf('second')}`)).toBe('wrong_password');
  });

  test('lets the renamed one in by his new password only, once he has changed it', async () => {
    const client = cluster.client();
    await client.succeed(`login ann ${passwordOf('second')}`);
    await client.succeed(`change_password ${passwordOf('second')} ${passwordOf('changed')}`);
    await client.succeed('logout');
    expect(await client.refused(`login ann ${passwordOf('second')}`)).toBe('wrong_password');
    expect(await client.succeed(`login ann ${passwordOf('changed')}`)).toMatchObject({ renamedFrom: 'ann' });
  });
});
