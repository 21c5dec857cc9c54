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

/**
 * A new group: the first of `users` owns it, the others are members. Their clients, in the same order, each started with
 * its own `words`.
 */
export async function gatherGroup<const Users extends readonly string[]>(
  cluster: Cluster,
  group: string,
  users: Users,
  words: { readonly [User in Users[number]]?: readonly string[] } = {},
): Promise<{ [User in keyof Users]: ClientProgram }> {
  const clients = await Promise.all(users.map((user: Users[number]) => registered(cluster, user, words[user])));
  const [owner, ...members] = clients;
  await owner?.succeed(`create_group ${group}`);
  for (const [index, member] of members.entries()) {
    await member.succeed(`join_group ${group}`);
    await owner?.succeed(`accept_request ${group} ${users[index + 1]}`);
  }
  // One client a user, which a mapped type can't be told of map().
  return clients as { [User in keyof Users]: ClientProgram };
}
