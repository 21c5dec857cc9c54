/** Somebody whose client is killed and started again, at the same address, and of whom it is counted what it serves. */
import { type ClientProgram, type Cluster, Forwarder, freePorts, passwordOf } from '@p2p/harness';

export interface DownloadRow {
  readonly file: string;
  readonly state: string;
  readonly done: number;
}

export class Person {
  readonly user: string;
  readonly #cluster: Cluster;
  readonly #words: readonly string[];
  /** All others reach it by way of this one. */
  readonly #wire: Forwarder;
  #client: ClientProgram;

  private constructor(user: string, cluster: Cluster, parts: { words: readonly string[]; wire: Forwarder }) {
    this.user = user;
    this.#cluster = cluster;
    this.#words = parts.words;
    this.#wire = parts.wire;
    this.#client = this.#start();
  }

  /** New, and logged in. `words` are for the client's command line. */
  static async arrive(cluster: Cluster, user: string, words: readonly string[]): Promise<Person> {
    const [port = 0] = await freePorts(1);
    const wire = await Forwarder.start(port);
    const address = [`127.0.0.1:${wire.port}`, '--bind', `127.0.0.1:${port}`];
    const person = new Person(user, cluster, { words: [...address, ...words], wire });
    await person.client.succeed(`create_user ${user} ${passwordOf(user)}`);
    await person.client.succeed(`login ${user} ${passwordOf(user)}`);
    return person;
  }

  get client(): ClientProgram {
    return this.#client;
  }

  /** Bytes that its clients have sent so far to those who fetch from it, everything counted. */
  get servedBytes(): number {
    return this.#wire.carriedBytes('back');
  }

  /** Its download of this file; undefined where it knows of none. */
  async download(file: string): Promise<DownloadRow | undefined> {
    const { downloads } = await this.#client.succeed('show_downloads');
    return downloads.find((row: DownloadRow) => row.file === file);
  }

  /** kill -9, and a new start, with the session that it had. */
  async fall(): Promise<void> {
    await this.#client.kill();
    this.#client = this.#start();
    await this.#client.succeed('whoami');
  }

  async leave(): Promise<void> {
    await this.#client.kill();
    await this.#wire.close();
  }

  #start(): ClientProgram {
    return this.#cluster.client(this.#words, this.user);
  }
}
