/**
 * Syncthing: every device knows every other one, none looks for anybody else. A downloader is connected and ignores all
 * files until its time has come. TLS; every block is verified; written files are flushed.
 */
import { spawnSync } from 'node:child_process';
import { link, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Contender, type Crew, gathered, type Scene, type Sides } from '../../contenders/contender.js';
import type { Host } from '../../contenders/host.js';
import { HostProcess } from '../../contenders/host-process.js';
import { configurationOf, type Device, FOLDER } from './syncthing-configuration.js';
import { SyncthingInterface } from './syncthing-interface.js';

const SYNC_PORT = 22_000;
const INTERFACE_PORT = 8_384;
const SHARED_FILE = 'film';

/** Undefined where it isn't installed. */
export function findSyncthing(): Contender | undefined {
  const { stdout } = spawnSync('syncthing', ['--version'], { encoding: 'utf8' });
  const [, version] = /^syncthing v(\S+)/.exec(stdout ?? '') ?? [];
  return version === undefined ? undefined : { name: `syncthing ${version}`, gather: SyncthingCrew.gather };
}

interface Member {
  readonly device: Device;
  readonly program: HostProcess;
  readonly interface: SyncthingInterface;
}

class SyncthingCrew implements Crew {
  readonly #scene: Scene;
  readonly #seeders: Member[] = [];
  readonly #downloaders: Member[] = [];

  private constructor(scene: Scene) {
    this.#scene = scene;
  }

  static async gather(this: void, scene: Scene): Promise<Crew> {
    const crew = new SyncthingCrew(scene);
    return gathered(crew, () => crew.#gather());
  }

  get sides(): Sides {
    const pidsOf = (members: readonly Member[]) => members.map(({ program }) => program.pid);
    return { seeders: pidsOf(this.#seeders), downloaders: pidsOf(this.#downloaders) };
  }

  async download(downloader: number): Promise<void> {
    const member = this.#downloaders[downloader];
    await member?.interface.stopIgnoring();
    await member?.interface.finished(SHARED_FILE);
  }

  async kill(downloader: number): Promise<void> {
    await this.#downloaders[downloader]?.program.kill();
  }

  pathOf(downloader: number): string {
    return join(this.#downloaders[downloader]?.device.folder ?? '', SHARED_FILE);
  }

  async end(): Promise<void> {
    await Promise.all([...this.#seeders, ...this.#downloaders].map(({ program }) => program.kill()));
  }

  async #gather(): Promise<void> {
    const { seeders, downloaders, file } = this.#scene;
    const seeding = await Promise.all(seeders.map((host, index) => this.#makeDevice(host, `seeder${index}`)));
    const taking = await Promise.all(downloaders.map((host, index) => this.#makeDevice(host, `downloader${index}`)));
    for (const { folder } of seeding) await link(file, join(folder, SHARED_FILE));
    for (const { folder } of taking) await writeFile(join(folder, '.stignore'), '*\n');
    const all = [...seeding, ...taking];
    for (const device of seeding) this.#seeders.push(await this.#start(device, all));
    for (const device of taking) this.#downloaders.push(await this.#start(device, all));
    await Promise.all(this.#seeders.map((member) => member.interface.scanned()));
    for (const member of [...this.#seeders, ...this.#downloaders]) await member.interface.connectedTo(all.length - 1);
  }

  /** Its key and its folder; nothing runs yet. */
  async #makeDevice(host: Host, name: string): Promise<Device> {
    const home = join(this.#scene.directory, name);
    const folder = join(home, FOLDER);
    await mkdir(join(folder, '.stfolder'), { recursive: true });
    spawnSync('syncthing', ['generate', `--home=${home}`, '--no-default-folder'], { stdio: 'ignore' });
    const generated = await readFile(join(home, 'config.xml'), 'utf8');
    const [, id] = /<device id="([A-Z0-9-]+)"/.exec(generated) ?? [];
    if (id === undefined) throw new Error('syncthing has made no key');
    const address = (usual: number): string => `${host.address}:${host.port(usual)}`;
    return { id, host, home, folder, sync: address(SYNC_PORT), interface: address(INTERFACE_PORT) };
  }

  async #start(device: Device, all: readonly Device[]): Promise<Member> {
    await writeFile(join(device.home, 'config.xml'), configurationOf(device, all));
    // As the process that it would start and watch itself.
    const environment = ['env', 'STNOUPGRADE=1', 'STMONITORED=yes'];
    const words = [...environment, 'syncthing', 'serve', `--home=${device.home}`, '--no-browser'];
    const program = new HostProcess(device.host, words, device.home);
    const member = { device, program, interface: new SyncthingInterface(device.interface) };
    await member.interface.answering();
    return member;
  }
}
