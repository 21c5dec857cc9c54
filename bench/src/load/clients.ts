/** Clients of a cluster, each a device with a key of its own and a user who is logged in. */
import { join } from 'node:path';
import type { Cluster } from '@p2p/harness';
import { type Identity, loadOrCreateIdentity } from '@p2p/transport';
import { TrackerClient } from './tracker-client.js';

export async function identityIn(cluster: Cluster, name: string): Promise<Identity> {
  const loaded = await loadOrCreateIdentity(join(await cluster.folder('devices'), `${name}.key`));
  if (!loaded.ok) throw new Error(loaded.message);
  return loaded.identity;
}

/** `count` clients at tracker `number`, registered and logged in as `<name><index>`. */
export async function registeredClients(
  cluster: Cluster,
  number: number,
  { name, count }: { readonly name: string; readonly count: number },
): Promise<TrackerClient[]> {
  const clients: TrackerClient[] = [];
  for (let index = 0; index < count; index++) {
    const user = `${name}${index}`;
    const client = await TrackerClient.connect(await identityIn(cluster, user), cluster.port(number));
    await client.register(user);
    clients.push(client);
  }
  return clients;
}
