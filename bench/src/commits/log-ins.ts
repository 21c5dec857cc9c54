/** Log-ins, one after the other on several connections, for as long as something else is measured. */
import type { Cluster } from '@p2p/harness';
import { TOKEN_BYTES } from '@p2p/protocol';
import { registeredClients } from '../load/clients.js';
import type { TrackerClient } from '../load/tracker-client.js';

/** More than the thread pool has threads. */
const CLIENTS = 8;

/** @returns what `measured` came to, and log-ins per second meanwhile, at tracker 1 */
export async function logInsBeside<R>(
  cluster: Cluster,
  measured: () => Promise<R>,
): Promise<{ result: R; perSecond: number }> {
  const clients = await registeredClients(cluster, 1, { name: 'visitor', count: CLIENTS });
  const started = performance.now();
  let over = false;
  const visits = clients.map(async (client, index) => {
    let count = 0;
    for (; !over; count++) await logIn(client, `visitor${index}`);
    return count;
  });
  const result = await measured();
  over = true;
  const counts = await Promise.all(visits);
  const seconds = (performance.now() - started) / 1_000;
  for (const client of clients) client.close();
  return { result, perSecond: counts.reduce((sum, count) => sum + count, 0) / seconds };
}

async function logIn(client: TrackerClient, user: string): Promise<void> {
  const token = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
  await client.succeed({ type: 'login', user, password: `${user}-password`, token });
}
