/** The programs of this repository as they are built: two trackers, and a client in script mode on each host. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtPrograms, ClientProgram, Program, passwordOf } from '@p2p/harness';
import type { Host } from '../network/shaped-network.js';
import type { Contender, Crew, Scene } from './contender.js';

const TRACKER_PORTS = [9_909, 9_910];
const CLIENT_PORT = 9_931;
const GROUP = 'films';
const FILE = 'film';

export const ownClients: Contender = {
  name: 'ours',
  gather: async (scene) => {
    const crew = new OwnCrew(scene);
    try {
      await crew.gather();
      return crew;
    } catch (error) {
      await crew.end();
      throw error;
    }
  },
};

class OwnCrew implements Crew {
  readonly #scene: Scene;
  readonly #trackers: Program[] = [];
  /** The seeder's is the first. */
  readonly #clients: ClientProgram[] = [];

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  async gather(): Promise<void> {
    const { office, seeder, downloaders, directory, file } = this.#scene;
    const info = TRACKER_PORTS.map((port) => `${office.address}:${port}\n`);
    await writeFile(join(directory, 'tracker_info.txt'), info.join(''));
    for (const [index] of TRACKER_PORTS.entries()) await this.#startTracker(index + 1);
    await this.#trackers[0]?.line((line) => line.includes('linked with tracker 2 '));
    const [owner] = await Promise.all([seeder, ...downloaders].map((host, index) => this.#startClient(host, index)));
    if (owner === undefined) throw new Error('there is no seeder');
    await owner.succeed(`create_group ${GROUP}`);
    for (const [index, client] of this.#clients.slice(1).entries()) {
      await client.succeed(`join_group ${GROUP}`);
      await owner.succeed(`accept_request ${GROUP} ${userOf(index + 1)}`);
    }
    await owner.succeed(`upload_file '${file}' ${GROUP} --as ${FILE}`);
  }

  async download(downloader: number): Promise<void> {
    const client = this.#client(downloader);
    await client.succeed(`download_file ${GROUP} ${FILE} '${this.pathOf(downloader)}'`);
    // Not by event(), which is less patient than a large file takes.
    const line = await client.output.find(isEnd);
    if (JSON.parse(line).state !== 'complete') throw new Error(client.transcript());
  }

  kill(downloader: number): Promise<void> {
    return this.#client(downloader).kill();
  }

  pathOf(downloader: number): string {
    return join(this.#scene.directory, userOf(downloader + 1), FILE);
  }

  async end(): Promise<void> {
    await Promise.all([...this.#clients, ...this.#trackers].map((program) => program.kill()));
  }

  #client(downloader: number): ClientProgram {
    const client = this.#clients[downloader + 1];
    if (client === undefined) throw new Error(`there is no downloader ${downloader}`);
    return client;
  }

  async #startTracker(number: number): Promise<void> {
    const { office, directory } = this.#scene;
    const command = [...office.entrance, process.execPath, builtPrograms.tracker] as const;
    const tracker = new Program('tracker', { words: ['tracker_info.txt', String(number)], directory, command });
    this.#trackers.push(tracker);
    await tracker.line((line) => line.includes('listening on'));
  }

  /** Its user is new, and logged in. */
  async #startClient(host: Host, index: number): Promise<ClientProgram> {
    const { directory } = this.#scene;
    const user = userOf(index);
    await mkdir(join(directory, user));
    const client = new ClientProgram({
      directory,
      words: [
        `${host.address}:${CLIENT_PORT}`,
        'tracker_info.txt',
        '--data-dir',
        join(directory, user, 'data'),
        '--stay',
      ],
      command: [...host.entrance, process.execPath, builtPrograms.client],
    });
    this.#clients[index] = client;
    await client.succeed(`create_user ${user} ${passwordOf(user)}`);
    await client.succeed(`login ${user} ${passwordOf(user)}`);
    return client;
  }
}

/** The seeder is 0. */
function userOf(index: number): string {
  return index === 0 ? 'seeder' : `downloader${index}`;
}

function isEnd(line: string): boolean {
  const { event, state } = JSON.parse(line);
  return event === 'download' && (state === 'complete' || state === 'failed');
}
