/** People at their clients: registered, logged in, members of a group. */
import type { ClientProgram } from './client-program.js';
import type { Cluster } from './cluster.js';

export function passwordOf(user: string): string {
  return `${user}-password`;
}

/** A client in a data directory named after its user, who is new and logged in. */
export async function registered(
  cluster: Cluster,
  user: string,
  words: readonly string[] = [],
): Promise<ClientProgram> {
  const client = cluster.client(words, user);
  await client.succeed(`create_user ${user} ${passwordOf(user)}`);
  await client.succeed(`login ${user} ${passwordOf(user)}`);
  return client;
}

/** A user, or one with words for the client's command line. */
export type Member = string | readonly [user: string, ...words: string[]];

/**
 * A new group: the first of `members` owns it, the others are let in. All are new users; their clients, in the same
 * order.
 */
export async function gatherGroup<const Members extends readonly Member[]>(
  cluster: Cluster,
  group: string,
  members: Members,
): Promise<{ [Index in keyof Members]: ClientProgram }> {
  const people = members.map((member: Member) => (typeof member === 'string' ? [member] : member));
  const users = people.map(([user = '']) => user);
  const clients = await Promise.all(people.map(([user = '', ...words]) => registered(cluster, user, words)));
  const [owner, ...others] = clients;
  await owner?.succeed(`create_group ${group}`);
  for (const [index, other] of others.entries()) {
    await other.succeed(`join_group ${group}`);
    await owner?.succeed(`accept_request ${group} ${users[index + 1]}`);
  }
  // One client a member, which a mapped type can't be told of map().
  return clients as { [Index in keyof Members]: ClientProgram };
}
