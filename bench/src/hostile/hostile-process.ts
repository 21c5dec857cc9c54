/** The crowd of hostile clients, in a process of its own that comes behind everybody else. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import { type Cluster, LineReader } from '@p2p/harness';
import { TOKEN_BYTES } from '@p2p/protocol';
import { identityIn } from '../load/clients.js';
import { TrackerClient } from '../load/tracker-client.js';

const program = createRequire(import.meta.url)
  .resolve('@p2p/hostile')
  .replace(/index\.js$/, 'main.js');

/** They come behind everybody else, and may not all get in: then those who have are enough. */
const ARRIVAL_MS = 15_000;

/** Long lists to be asked for. */
const GROUPS = 2_000;

export class HostileProcess {
  readonly #cluster: Cluster;
  readonly #token: string;
  #running: { child: ChildProcess; output: LineReader } | undefined;

  private constructor(cluster: Cluster, token: string) {
    this.#cluster = cluster;
    this.#token = token;
  }

  /** One of them has an account, and many groups. */
  static async prepare(cluster: Cluster, groupCount = GROUPS): Promise<HostileProcess> {
    await identityIn(cluster, 'stranger');
    const client = await TrackerClient.connect(await identityIn(cluster, 'member'), cluster.port(1));
    const token = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
    await client.succeed({ type: 'create_user', user: 'hostile', password: 'hostile-password' });
    await client.succeed({ type: 'login', user: 'hostile', password: 'hostile-password', token });
    const groups = Array.from({ length: groupCount }, (_, index) => `hostile ${index} ${'-'.repeat(40)}`);
    for (let at = 0; at < groupCount; at += 100) {
      await Promise.all(groups.slice(at, at + 100).map((group) => client.succeed({ type: 'create_group', group })));
    }
    client.close();
    return new HostileProcess(cluster, Buffer.from(token).toString('hex'));
  }

  /** Resolves when every connection has got as far as it wanted once, or after {@link ARRIVAL_MS}. */
  async start(connections: number): Promise<void> {
    const folder = await this.#cluster.folder('devices');
    const words = [program, String(this.#cluster.port(1)), String(connections), folder, this.#token];
    const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const output = new LineReader();
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
    child.once('close', () => output.end());
    this.#running = { child, output };
    await Promise.race([output.find((line) => line === 'arrived'), setTimeout(ARRIVAL_MS)]);
  }

  /** What they did, in a line. */
  async stop(): Promise<string> {
    if (this.#running === undefined) return '';
    const { child, output } = this.#running;
    child.stdin?.end();
    return output.find((line) => line.startsWith('{'));
  }
}
