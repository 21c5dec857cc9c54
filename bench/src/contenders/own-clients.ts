/** The programs of this repository as they are built: two trackers, and a client in script mode on each host. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtPrograms, ClientProgram, Program, passwordOf } from '@p2p/harness';
import { processorSecondsOf } from '../population/tracker-process.js';
import { type Contender, type Crew, gathered, type Scene, type Sides } from './contender.js';
import { commandOn, type Host } from './host.js';

const TRACKER_PORTS = [9_909, 9_910];
const CLIENT_PORT = 9_931;
export const GROUP = 'films';
export const FILE = 'film';

export const ownClients: Contender = { name: 'ours', gather: (scene) => OwnCrew.gather(scene) };

/** What it has cost the first seeder to share the file: reading and hashing all of it. */
interface Sharing {
  readonly seconds: number;
  readonly processorSeconds: number;
}

export class OwnCrew implements Crew {
  readonly #scene: Scene;
  readonly #nodeWords: readonly string[];
  readonly #trackers: Program[] = [];
  /** The seeders first. */
  readonly #clients: ClientProgram[] = [];
  #sharing: Sharing = { seconds: 0, processorSeconds: 0 };

  private constructor(scene: Scene, nodeWords: readonly string[]) {
    this.#scene = scene;
    this.#nodeWords = nodeWords;
  }

  /** @param nodeWords what node is told in front of the client */
  static async gather(scene: Scene, nodeWords: readonly string[] = []): Promise<OwnCrew> {
    const crew = new OwnCrew(scene, nodeWords);
    return gathered(crew, () => crew.#gather());
  }

  /** The seeders first. */
  get clients(): readonly ClientProgram[] {
    return this.#clients;
  }

  /** Of the group. */
  get owner(): ClientProgram {
    const [owner] = this.#clients;
    if (owner === undefined) throw new Error('there is no seeder');
    return owner;
  }

  get sharing(): Sharing {
    return this.#sharing;
  }

  /** Of the first tracker. */
  get trackerPort(): number {
    return this.#trackerPorts[0] ?? 0;
  }

  get sides(): Sides {
    const pids = this.#clients.map(({ pid }) => pid);
    const { length } = this.#scene.seeders;
    return { seeders: pids.slice(0, length), downloaders: pids.slice(length) };
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
    return join(this.#scene.directory, `downloader${downloader + 1}`, FILE);
  }

  async end(): Promise<void> {
    await Promise.all([...this.#clients, ...this.#trackers].map((program) => program.kill()));
  }

  get #trackerPorts(): number[] {
    return TRACKER_PORTS.map((port) => this.#scene.office.port(port));
  }

  async #gather(): Promise<void> {
    const { office, seeders, downloaders, directory } = this.#scene;
    await writeFile(
      join(directory, 'tracker_info.txt'),
      this.#trackerPorts.map((port) => `${office.address}:${port}\n`).join(''),
    );
    for (const [index] of TRACKER_PORTS.entries()) await this.#startTracker(index + 1);
    await this.#trackers[0]?.line((line) => line.includes('linked with tracker 2 '));
    const people = [
      ...seeders.map((host, index) => ({ host, user: `seeder${index + 1}` })),
      ...downloaders.map((host, index) => ({ host, user: `downloader${index + 1}` })),
    ];
    for (const { user } of people) await mkdir(join(directory, user));
    this.#clients.push(...people.map(({ host, user }) => this.#launchClient(host, user)));
    await Promise.all(this.#clients.map((client, index) => logIn(client, people[index]?.user ?? '')));
    const { owner } = this;
    await owner.succeed(`create_group ${GROUP}`);
    for (const [index, client] of this.#clients.slice(1).entries()) {
      await client.succeed(`join_group ${GROUP}`);
      await owner.succeed(`accept_request ${GROUP} ${people[index + 1]?.user}`);
    }
    for (const [index, client] of this.#clients.slice(0, seeders.length).entries()) {
      const sharing = await this.#share(client);
      if (index === 0) this.#sharing = sharing;
    }
  }

  async #share(client: ClientProgram): Promise<Sharing> {
    const [startedMs, processorBefore] = [performance.now(), processorSecondsOf(client)];
    await client.succeed(`upload_file '${this.#scene.file}' ${GROUP} --as ${FILE}`);
    return {
      seconds: (performance.now() - startedMs) / 1_000,
      processorSeconds: processorSecondsOf(client) - processorBefore,
    };
  }

  #client(downloader: number): ClientProgram {
    const client = this.#clients[this.#scene.seeders.length + downloader];
    if (client === undefined) throw new Error(`there is no downloader ${downloader}`);
    return client;
  }

  async #startTracker(number: number): Promise<void> {
    const { office, directory } = this.#scene;
    const command = commandOn(office, [process.execPath, builtPrograms.tracker]);
    const tracker = new Program('tracker', { words: ['tracker_info.txt', String(number)], directory, command });
    this.#trackers.push(tracker);
    await tracker.line((line) => line.includes('listening on'));
  }

  #launchClient(host: Host, user: string): ClientProgram {
    const { directory } = this.#scene;
    const address = `${host.address}:${host.port(CLIENT_PORT)}`;
    return new ClientProgram({
      directory,
      words: [address, 'tracker_info.txt', '--data-dir', join(directory, user, 'data'), '--stay'],
      command: commandOn(host, [process.execPath, ...this.#nodeWords, builtPrograms.client]),
    });
  }
}

async function logIn(client: ClientProgram, user: string): Promise<void> {
  await client.succeed(`create_user ${user} ${passwordOf(user)}`);
  await client.succeed(`login ${user} ${passwordOf(user)}`);
}

function isEnd(line: string): boolean {
  const { event, state } = JSON.parse(line);
  return event === 'download' && (state === 'complete' || state === 'failed');
}
