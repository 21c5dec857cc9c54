/** rsync: a daemon that has the file, and one client for each downloader. No encryption; whole files are compared. */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Contender, Crew, Scene, Sides } from '../../contenders/contender.js';
import { HostProcess } from '../../contenders/host-process.js';

const PORT = 8_730;
/** Between two questions whether the daemon listens: it doesn't say so. */
const PROBE_MS = 50;
const MAX_PROBES = 100;

/** Undefined where it isn't installed. */
export function findRsync(): Contender | undefined {
  const { stdout } = spawnSync('rsync', ['--version'], { encoding: 'utf8' });
  const [, version] = /^rsync +version (\S+)/.exec(stdout ?? '') ?? [];
  return version === undefined ? undefined : { name: `rsync ${version}`, oneSeeder: true, gather: RsyncCrew.gather };
}

class RsyncCrew implements Crew {
  readonly #scene: Scene;
  readonly #daemon: HostProcess;
  readonly #clients: HostProcess[] = [];

  private constructor(scene: Scene, daemon: HostProcess) {
    this.#scene = scene;
    this.#daemon = daemon;
  }

  static async gather(this: void, scene: Scene): Promise<Crew> {
    const { directory, file, seeders, downloaders } = scene;
    const [host] = seeders;
    if (host === undefined) throw new Error('there is no seeder');
    const configuration = join(directory, 'rsyncd.conf');
    await writeFile(configuration, configurationOf(directory));
    const port = String(host.port(PORT));
    // With a socket for its input, as ours is, it takes itself for the child of an inetd.
    const words = [
      'sh',
      '-c',
      'exec "$@" </dev/null',
      'sh',
      'rsync',
      '--daemon',
      '--no-detach',
      `--port=${port}`,
      `--address=${host.address}`,
    ];
    const daemon = new HostProcess(host, [...words, `--config=${configuration}`], directory);
    const crew = new RsyncCrew(scene, daemon);
    try {
      await untilListening(`rsync://${host.address}:${port}/`);
      const url = `rsync://${host.address}:${port}/film/${basename(file)}`;
      for (const [index, downloader] of downloaders.entries()) {
        const command = 'echo ready; read -r go; rsync "$1" "$2" && echo complete; read -r leave';
        const client = new HostProcess(downloader, ['sh', '-c', command, 'sh', url, crew.pathOf(index)], directory);
        crew.#clients.push(client);
        await client.line((line) => line === 'ready');
      }
      return crew;
    } catch (error) {
      await crew.end();
      throw error;
    }
  }

  get sides(): Sides {
    return { seeders: [this.#daemon.pid], downloaders: this.#clients.map(({ pid }) => pid) };
  }

  async download(downloader: number): Promise<void> {
    const client = this.#clients[downloader];
    client?.write('');
    await client?.line((line) => line === 'complete');
  }

  async kill(downloader: number): Promise<void> {
    await this.#clients[downloader]?.kill();
  }

  pathOf(downloader: number): string {
    return join(this.#scene.directory, `taken${downloader}`);
  }

  async end(): Promise<void> {
    await Promise.all([this.#daemon, ...this.#clients].map((program) => program.kill()));
  }
}

/** As root it would become somebody who may not read here. */
function configurationOf(directory: string): string {
  const own = [process.getuid?.(), process.getgid?.()];
  const who = own[0] === 0 ? `uid = ${own[0]}\ngid = ${own[1]}\n` : '';
  return `use chroot = no\n${who}[film]\npath = ${directory}\nread only = yes\n`;
}

async function untilListening(url: string): Promise<void> {
  for (let probe = 0; probe < MAX_PROBES; probe++) {
    if (spawnSync('rsync', [url], { stdio: 'ignore' }).status === 0) return;
    await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
  }
  throw new Error(`no rsync daemon at ${url}`);
}
