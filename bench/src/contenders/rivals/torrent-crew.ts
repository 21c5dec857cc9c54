/** A crew of BitTorrent clients: a tracker, a .torrent, and on each host a program, which each rival names. */
import { link, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Crew, gathered, type Scene, type Sides } from '../contender.js';
import type { Host } from '../host.js';
import { HostProcess } from '../host-process.js';
import { torrentOf } from './torrent-file.js';

const TRACKER_PORT = 6_969;
const CLIENT_PORT = 6_881;

export interface TorrentProgram {
  readonly pieceBytes: number;
  /** The words that start it. A seeder finds the file in its directory; a downloader waits for a line of input. */
  words(place: TorrentPlace): readonly string[];
  /** A line by which it says that it has all of the file. */
  isComplete(line: string): boolean;
}

export interface TorrentPlace {
  readonly role: 'seed' | 'download';
  readonly address: string;
  readonly port: number;
  readonly torrent: string;
  readonly directory: string;
}

export class TorrentCrew implements Crew {
  readonly #program: TorrentProgram;
  readonly #scene: Scene;
  readonly #processes: HostProcess[] = [];
  readonly #seeds: HostProcess[] = [];
  readonly #downloads: HostProcess[] = [];

  private constructor(program: TorrentProgram, scene: Scene) {
    this.#program = program;
    this.#scene = scene;
  }

  static async gather(program: TorrentProgram, scene: Scene): Promise<Crew> {
    const crew = new TorrentCrew(program, scene);
    return gathered(crew, () => crew.#gather());
  }

  get sides(): Sides {
    return { seeders: this.#seeds.map(({ pid }) => pid), downloaders: this.#downloads.map(({ pid }) => pid) };
  }

  async download(downloader: number): Promise<void> {
    const program = this.#downloads[downloader];
    program?.write('');
    await program?.line((line) => this.#program.isComplete(line));
  }

  async kill(downloader: number): Promise<void> {
    await this.#downloads[downloader]?.kill();
  }

  pathOf(downloader: number): string {
    return join(this.#directoryOf(downloader), basename(this.#scene.file));
  }

  async end(): Promise<void> {
    await Promise.all(this.#processes.map((program) => program.kill()));
  }

  async #gather(): Promise<void> {
    const { office, seeders, downloaders, directory, file } = this.#scene;
    const program = fileURLToPath(new URL('torrent-tracker.js', import.meta.url));
    const trackerPort = office.port(TRACKER_PORT);
    const tracker = this.#start(office, [process.execPath, program, String(trackerPort)]);
    await tracker.line((line) => line === 'listening');
    const torrent = join(directory, 'film.torrent');
    const announce = `http://${office.address}:${trackerPort}/announce`;
    await writeFile(torrent, await torrentOf(file, announce, this.#program.pieceBytes));
    for (const [index, host] of seeders.entries()) {
      const own = join(directory, `seeder${index}`);
      await mkdir(own);
      await link(file, join(own, basename(file)));
      this.#seeds.push(
        this.#start(host, this.#program.words({ ...placeOn(host), role: 'seed', torrent, directory: own })),
      );
    }
    for (const host of seeders) {
      const { address, port } = placeOn(host);
      await tracker.line((line) => line === `${address}:${port} announced`);
    }
    for (const [index, host] of downloaders.entries()) {
      const own = this.#directoryOf(index);
      await mkdir(own);
      const words = this.#program.words({ ...placeOn(host), role: 'download', torrent, directory: own });
      this.#downloads[index] = this.#start(host, words);
    }
    await Promise.all(this.#downloads.map((waiting) => waiting.line((line) => line === 'ready')));
  }

  #directoryOf(downloader: number): string {
    return join(this.#scene.directory, `downloader${downloader}`);
  }

  #start(host: Host, words: readonly string[]): HostProcess {
    const started = new HostProcess(host, words, this.#scene.directory);
    this.#processes.push(started);
    return started;
  }
}

function placeOn(host: Host): Pick<TorrentPlace, 'address' | 'port'> {
  return { address: host.address, port: host.port(CLIENT_PORT) };
}
