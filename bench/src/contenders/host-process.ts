/** A program that runs on one of the hosts: read line by line, killed by its id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { LineReader } from '@p2p/harness';
import type { Host } from './host.js';

export class HostProcess {
  readonly output = new LineReader();
  readonly #words: readonly string[];
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  /** `ip netns exec` becomes the program, so that its id is the program's. */
  constructor(host: Host, words: readonly string[], directory: string) {
    this.#words = words;
    const [program = '', ...rest] = [...host.entrance, ...words];
    this.#child = spawn(program, rest, { cwd: directory, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdin?.on('error', () => undefined);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.output.push(chunk));
    }
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', () => resolve());
      this.#child.once('close', () => resolve());
    });
    void this.#ended.then(() => this.output.end());
  }

  /** The first line, of either output, that fits. Rejects with all it has said where the program ends without. */
  async line(fits: (line: string) => boolean): Promise<string> {
    try {
      return await this.output.find(fits);
    } catch (error) {
      throw new Error([`$ ${this.#words.join(' ')}`, ...this.output.lines].join('\n'), { cause: error });
    }
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#words[0]} could not be started`);
    return this.#child.pid;
  }

  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
