/** The file of a session that somebody has kept: what it is still good for, once it should have ended. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '@p2p/harness';

export class KeptSession {
  readonly #cluster: Cluster;
  readonly #name: string;
  readonly #path: string;

  private constructor(cluster: Cluster, name: string) {
    this.#cluster = cluster;
    this.#name = name;
    this.#path = join(cluster.directory, `session-kept-of-${name}`);
  }

  /** A copy of the session of the client in this data directory, as it is now. */
  static async of(cluster: Cluster, name: string): Promise<KeptSession> {
    const kept = new KeptSession(cluster, name);
    await copyFile(kept.#inUse, kept.#path);
    return kept;
  }

  /** The code with which a tracker refuses it, shown from the device that it belongs to, whose client must not run. */
  async refusedAt(number: number): Promise<string> {
    await copyFile(this.#path, this.#inUse);
    const client = this.#cluster.client([`127.0.0.1:${this.#cluster.port(number)}`], this.#name);
    const at = await client.event(({ event, state }) => event === 'tracker' && state === 'connected');
    if (at.number !== number) throw new Error(`tracker ${at.number} answered in the place of tracker ${number}`);
    const code = await client.refused('whoami');
    await client.kill();
    return code;
  }

  get #inUse(): string {
    return join(this.#cluster.directory, 'clients', this.#name, 'session.json');
  }
}
