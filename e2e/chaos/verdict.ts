/** Holds what was acknowledged against what is there now. Empty where nothing is missing, and nothing there twice. */
import { type ClientProgram, type Cluster, passwordOf } from '@p2p/harness';
import type { Crowd } from './crowd.js';
import type { Record } from './record.js';
import type { Writer } from './writer.js';

interface GroupRow {
  readonly group: string;
  readonly owners: readonly string[];
}

/** One line for everything that is not as it was promised. Nobody may be writing any more. */
export async function findMissing(cluster: Cluster, crowd: Crowd): Promise<string[]> {
  const { record, writers } = crowd;
  const groups = await missingGroups(record, writers);
  const inGroups = await Promise.all(writers.map((writer) => missingInGroups(record, writer)));
  const sessions = await Promise.all(writers.map(missingSession));
  return [...groups, ...inGroups.flat(), ...sessions.flat(), ...(await missingUsers(cluster, record))];
}

/** Every writer is who it was, in the session that it began with, and its password is still the same. */
async function missingSession({ user, client }: Writer): Promise<string[]> {
  const whoami = await client.command('whoami');
  if (!whoami.ok || whoami.result.user !== user) return [`the session of ${user}: ${JSON.stringify(whoami)}`];
  await client.succeed('logout');
  return loginFault(client, user, passwordOf(user));
}

async function missingGroups(record: Record, [writer]: readonly Writer[]): Promise<string[]> {
  if (writer === undefined) throw new Error('there is no writer');
  const { groups }: { groups: readonly GroupRow[] } = await writer.client.succeed('list_groups');
  const byName = new Map(groups.map((row) => [row.group, row]));
  const missing = [...record.groups].filter(([group, owner]) => byName.get(group)?.owners.join() !== owner);
  const renamed = groups.filter(({ group }) => /~\d+$/.test(group) && !group.startsWith('contested-'));
  const contested = record.contested.filter(
    ({ group, owner }) =>
      !groups.some((row) => row.group.replace(/~\d+$/, '') === group && row.owners.join() === owner),
  );
  return [
    ...missing.map(([group, owner]) => `group ${group} of ${owner}`),
    ...renamed.map(({ group }) => `group ${group} is there twice`),
    ...contested.map(({ group, owner }) => `group ${group} of ${owner}, by whatever name`),
  ];
}

/** Files, members and requests of the groups that belong to `writer`. */
async function missingInGroups(record: Record, { user, client }: Writer): Promise<string[]> {
  const missing: string[] = [];
  for (const group of ownGroupsInUse(record, user)) {
    const files: unknown[] = (await client.succeed(`list_files ${group}`)).files;
    const { members } = await client.succeed(`list_members ${group}`);
    const { requests } = await client.succeed(`list_requests ${group}`);
    const names = (rows: readonly { user: string }[]) => rows.map((row) => row.user);
    const expected = record.files.filter((file) => file.group === group);
    for (const { file, bytes, root } of expected) {
      const found = files.some((row) => includes(row, { file, bytes, root, by: user }));
      if (!found) missing.push(`file ${file} in ${group}`);
    }
    for (const member of record.memberships.get(group) ?? []) {
      if (!names(members).includes(member)) missing.push(`${member} in ${group}`);
    }
    for (const asked of record.requests.get(group) ?? []) {
      if (![...names(members), ...names(requests)].includes(asked)) missing.push(`request of ${asked} for ${group}`);
    }
  }
  return missing;
}

function ownGroupsInUse(record: Record, user: string): string[] {
  const used = new Set([...record.files.map(({ group }) => group), ...record.requests.keys()]);
  return [...record.groups].filter(([group, owner]) => owner === user && used.has(group)).map(([group]) => group);
}

function includes(row: unknown, expected: object): boolean {
  const fields = new Map(Object.entries(row ?? {}));
  return Object.entries(expected).every(([key, value]) => fields.get(key) === value);
}

/** Logs every acknowledged user in, half of them at each tracker. */
async function missingUsers(cluster: Cluster, record: Record): Promise<string[]> {
  const users = [...record.users];
  const halves = [1, 2].map(async (number) => {
    const client = cluster.client([`127.0.0.1:${cluster.port(number)}`]);
    const missing: string[] = [];
    for (const [user, password] of users.filter((_, index) => index % 2 === number - 1)) {
      missing.push(...(await loginFault(client, user, password)));
      await client.command('logout');
    }
    await client.stop();
    return missing;
  });
  return (await Promise.all(halves)).flat();
}

async function loginFault(client: ClientProgram, user: string, password: string): Promise<string[]> {
  const answer = await client.command(`login ${user} "${password}"`);
  return answer.ok && answer.result.user === user ? [] : [`user ${user}: ${JSON.stringify(answer)}`];
}
