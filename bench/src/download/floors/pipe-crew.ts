/** A floor as a contender: a program that sends the file to whoever connects, and one that takes it. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Crew, Scene, Sides } from '../../contenders/contender.js';
import { HostProcess } from '../../contenders/host-process.js';

const PORT = 9_000;

export interface PipePrograms {
  /** Says "listening". */
  serve(place: PipeEnd): readonly string[];
  /** Says "ready", waits for a line of input, connects, says "complete", and stays until it is killed. */
  take(place: PipeEnd & { readonly bytes: number }): readonly string[];
}

export interface PipeEnd {
  /** Of the loopback address. */
  readonly port: number;
  /** Read, or yet to be made. */
  readonly file: string;
}

export class PipeCrew implements Crew {
  readonly #scene: Scene;
  readonly #serving: HostProcess;
  readonly #taking: HostProcess[] = [];

  private constructor(scene: Scene, serving: HostProcess) {
    this.#scene = scene;
    this.#serving = serving;
  }

  static async gather(programs: PipePrograms, scene: Scene): Promise<Crew> {
    const [host] = scene.seeders;
    if (host === undefined) throw new Error('there is no seeder');
    const port = host.port(PORT);
    const serving = new HostProcess(host, programs.serve({ port, file: scene.file }), scene.directory);
    const crew = new PipeCrew(scene, serving);
    try {
      await serving.line((line) => line === 'listening');
      await crew.#takers(programs, port);
      return crew;
    } catch (error) {
      await crew.end();
      throw error;
    }
  }

  get sides(): Sides {
    return { seeders: [this.#serving.pid], downloaders: this.#taking.map(({ pid }) => pid) };
  }

  async download(downloader: number): Promise<void> {
    const taking = this.#taking[downloader];
    taking?.write('');
    await taking?.line((line) => line === 'complete');
  }

  async kill(downloader: number): Promise<void> {
    await this.#taking[downloader]?.kill();
  }

  pathOf(downloader: number): string {
    return join(this.#scene.directory, `taken${downloader}`);
  }

  async end(): Promise<void> {
    await Promise.all([this.#serving, ...this.#taking].map((program) => program.kill()));
  }

  async #takers(programs: PipePrograms, port: number): Promise<void> {
    const { downloaders, directory, file } = this.#scene;
    const bytes = (await stat(file)).size;
    for (const [index, host] of downloaders.entries()) {
      const words = programs.take({ port, bytes, file: this.pathOf(index) });
      this.#taking.push(new HostProcess(host, words, directory));
    }
    await Promise.all(this.#taking.map((taking) => taking.line((line) => line === 'ready')));
  }
}
