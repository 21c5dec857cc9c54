/** Trackers and clients of one cluster in a folder of their own, on free ports of the loopback address. */
import { randomInt } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientProgram } from './client-program.js';
import { Program, type ProgramOptions } from './program.js';

/** Linux's default; other systems begin higher. */
const FIRST_OUTGOING_PORT = 32_768;
/** Above what services of a machine commonly use. */
const FIRST_PORT = 12_000;

/** How a tracker is started, where that isn't as usual. */
export interface TrackerLaunch extends Partial<Pick<ProgramOptions, 'words' | 'environment' | 'command'>> {
  /** Lies in the cluster's folder. */
  readonly trackerInfo?: string;
}

export class Cluster {
  /** Everything of this cluster lies here, and goes with it. */
  readonly directory: string;
  readonly ports: readonly number[];
  readonly #trackers = new Map<number, Program>();
  readonly #programs: Program[] = [];
  #clients = 0;

  private constructor(directory: string, ports: readonly number[]) {
    this.directory = directory;
    this.ports = ports;
  }

  /** A cluster of `size` trackers, all of them running and linked with each other. */
  static async start(size = 2): Promise<Cluster> {
    const cluster = await Cluster.create(size);
    const numbers = cluster.ports.map((_, index) => index + 1);
    const trackers = await Promise.all(numbers.map((number) => cluster.startTracker(number)));
    for (const [index, tracker] of trackers.entries()) {
      const others = numbers.filter((number) => number !== index + 1);
      await Promise.all(others.map((other) => tracker.line((line) => line.includes(`linked with tracker ${other} `))));
    }
    return cluster;
  }

  /** A cluster of `size` trackers that are yet to be started. */
  static async create(size = 2): Promise<Cluster> {
    const directory = await mkdtemp(join(tmpdir(), 'p2p-'));
    const ports = await freePorts(size);
    await writeFile(join(directory, 'tracker_info.txt'), ports.map((port) => `127.0.0.1:${port}\n`).join(''));
    return new Cluster(directory, ports);
  }

  get trackerInfo(): string {
    return join(this.directory, 'tracker_info.txt');
  }

  /** Where tracker `number` keeps all it knows, unless it is told otherwise. */
  dataDirectory(number: number): string {
    return join(this.directory, '.p2p', `tracker-${number}`);
  }

  /** Where tracker `number` listens. */
  port(number: number): number {
    const port = this.ports[number - 1];
    if (port === undefined) throw new Error(`there is no tracker ${number}`);
    return port;
  }

  /** Starts a tracker and waits until it serves. `trackerInfo` lies in the cluster's folder. */
  async startTracker(
    number: number,
    words: readonly string[] = [],
    trackerInfo = 'tracker_info.txt',
  ): Promise<Program> {
    const tracker = this.launchTracker(number, { words, trackerInfo });
    await tracker.line((line) => line.includes('listening on'));
    return tracker;
  }

  /** Starts a tracker and doesn't wait: it may well have a reason not to serve. */
  launchTracker(
    number: number,
    { words = [], trackerInfo = 'tracker_info.txt', ...rest }: TrackerLaunch = {},
  ): Program {
    const tracker = new Program('tracker', {
      ...rest,
      words: [trackerInfo, String(number), ...words],
      directory: this.directory,
    });
    this.own(tracker);
    this.#trackers.set(number, tracker);
    return tracker;
  }

  tracker(number: number): Program {
    const tracker = this.#trackers.get(number);
    if (tracker === undefined) throw new Error(`tracker ${number} was never started`);
    return tracker;
  }

  /** A client with a data directory of its own, in JSON script mode. `words` come behind the defaults. */
  client(words: readonly string[] = [], name = `c${++this.#clients}`): ClientProgram {
    const data = join(this.directory, 'clients', name);
    const client = new ClientProgram({
      directory: this.directory,
      words: ['tracker_info.txt', '--data-dir', data, ...words],
    });
    return this.own(client);
  }

  /** Ends `program` together with this cluster. */
  own<P extends Program>(program: P): P {
    this.#programs.push(program);
    return program;
  }

  /** What every program of this cluster has said. */
  transcripts(): string[] {
    return this.#programs.map((program) => program.transcript());
  }

  /** A folder inside this cluster's own. */
  async folder(name: string): Promise<string> {
    const path = join(this.directory, name);
    await mkdir(path, { recursive: true });
    return path;
  }

  /** Ends every program and removes the folder. */
  async stop(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.kill()));
    await rm(this.directory, { recursive: true, force: true });
  }
}

/**
 * Ports that nobody listens on now, all different. They lie below those that systems give to outgoing connections, so
 * that none is taken while the program that it is meant for is yet to start, or starts again.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(FIRST_PORT, FIRST_OUTGOING_PORT);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
