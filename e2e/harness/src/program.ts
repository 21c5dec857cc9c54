/** A program as a process of its own: started with node, read line by line, stopped by its id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LineReader } from './line-reader.js';

/** Nothing here takes this long; a program that does is shown with all it said. */
const PATIENCE_MS = 60_000;

/** The built programs; they lie at the same place, seen from this package's sources and from what is built of them. */
export const builtPrograms = {
  tracker: fileURLToPath(new URL('../../../apps/tracker/dist/main.js', import.meta.url)),
  client: fileURLToPath(new URL('../../../apps/client/dist/main.js', import.meta.url)),
};

export interface ProgramOptions {
  readonly words: readonly string[];
  /** Working directory: where the person stands. */
  readonly directory: string;
  readonly environment?: NodeJS.ProcessEnv;
  /**
   * Run instead of node and the built program, in front of `words`. It gets a process group of its own, and signals go
   * to the whole group, as those of a terminal do: what it starts in turn never outlives a test.
   */
  readonly command?: readonly [program: string, ...words: string[]];
}

export class Program {
  readonly name: keyof typeof builtPrograms;
  /** What it was started with. */
  readonly words: readonly string[];
  readonly output = new LineReader();
  readonly errors = new LineReader();
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcess;
  readonly #leadsGroup: boolean;

  constructor(name: keyof typeof builtPrograms, { words, directory, environment, command }: ProgramOptions) {
    this.name = name;
    this.words = words;
    this.#leadsGroup = command !== undefined;
    const [program, ...firstWords] = command ?? [process.execPath, builtPrograms[name]];
    const { INIT_CWD: _, ...inherited } = process.env;
    this.#child = spawn(program, [...firstWords, ...words], {
      cwd: directory,
      env: { ...inherited, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: this.#leadsGroup,
    });
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stdout?.on('data', (chunk: Buffer) => this.output.push(chunk));
    this.#child.stderr?.on('data', (chunk: Buffer) => this.errors.push(chunk));
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        this.output.end();
        this.errors.end();
        resolve(code ?? signal ?? 'SIGKILL');
      });
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.name} could not be started`);
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Types a line. */
  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Writes bytes as they are. */
  writeRaw(bytes: string | Uint8Array): void {
    this.#child.stdin?.write(bytes);
  }

  /** The end of input. */
  endInput(): void {
    this.#child.stdin?.end();
  }

  /** Nobody reads its standard output any more, as when `| head` has seen enough. */
  closeOutput(): void {
    this.#child.stdout?.destroy();
  }

  /** Waits for the first line of standard output, from the beginning, that fits. */
  async line(fits: (line: string) => boolean): Promise<string> {
    return this.bounded(this.output.find(fits), 'waiting for a line');
  }

  /** The same of standard error. */
  async errorLine(fits: (line: string) => boolean): Promise<string> {
    return this.bounded(this.errors.find(fits), 'waiting for a line of standard error');
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.running) return;
    if (this.#leadsGroup) process.kill(-this.pid, signal);
    else this.#child.kill(signal);
  }

  /** Asks it to stop and waits until it has. */
  async stop(): Promise<number | NodeJS.Signals> {
    this.signal('SIGTERM');
    return this.bounded(this.ended, 'waiting for its end');
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }

  /** Waits for `promise`, but not for ever: the error then shows what the program has said. */
  async bounded<T>(promise: Promise<T>, doing: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('it took too long')), PATIENCE_MS);
    });
    try {
      return await Promise.race([promise, late]);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${doing}: ${reason}\n${this.transcript()}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  transcript(): string {
    const lines = [`$ ${this.name} ${this.words.join(' ')}`, ...this.output.lines, ...this.errors.lines];
    return lines.join('\n');
  }
}
