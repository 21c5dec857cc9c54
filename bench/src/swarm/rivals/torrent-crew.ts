/** A crew of BitTorrent clients: a tracker, a .torrent, and on each host a program, which each rival names. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Crew, Scene } from '../contenders/contender.js';
import { HostProcess } from '../network/host-process.js';
import type { Host } from '../network/shaped-network.js';
import { torrentOf } from './torrent-file.js';

const TRACKER_PORT = 6_969;

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
  readonly torrent: string;
  readonly directory: string;
}

export class TorrentCrew implements Crew {
  readonly #program: TorrentProgram;
  readonly #scene: Scene;
  readonly #processes: HostProcess[] = [];
  readonly #downloads: HostProcess[] = [];

  private constructor(program: TorrentProgram, scene: Scene) {
    this.#program = program;
    this.#scene = scene;
  }

  static async gather(program: TorrentProgram, scene: Scene): Promise<Crew> {
    const crew = new TorrentCrew(program, scene);
    try {
      await crew.#gather();
      return crew;
    } catch (error) {
      await crew.end();
      throw error;
    }
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
    const { office, seeder, downloaders, directory, file } = this.#scene;
    const program = fileURLToPath(new URL('torrent-tracker.js', import.meta.url));
    const tracker = this.#start(office, [process.execPath, program, String(TRACKER_PORT)]);
    await tracker.line((line) => line === 'listening');
    const torrent = join(directory, 'film.torrent');
    const announce = `http://${office.address}:${TRACKER_PORT}/announce`;
    await writeFile(torrent, await torrentOf(file, announce, this.#program.pieceBytes));
    const { address } = seeder;
    this.#start(seeder, this.#program.words({ role: 'seed', address, torrent, directory }));
    await tracker.line((line) => line === `${address} announced`);
    for (const [index, host] of downloaders.entries()) {
      const own = this.#directoryOf(index);
      await mkdir(own);
      const words = this.#program.words({ role: 'download', address: host.address, torrent, directory: own });
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
