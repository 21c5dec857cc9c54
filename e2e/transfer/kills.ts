/**
 * One run of kills: two people share a file, three fetch it, and one after the other is killed at some moment and comes
 * back. In the end everybody has to have the file, and hardly anything may have been fetched twice.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, sha256OfFile, writeTestFile } from '@p2p/harness';
import { Dice } from '../chaos/dice.js';
import { type DownloadRow, Person } from './person.js';

const KIB = 1024;
const FILE_BYTES = 32 * KIB * KIB;
const SHARERS = ['ann', 'ben'];
const FETCHERS = ['cleo', 'dora', 'emil'];
/**
 * Everybody's upload. What is verified is remembered within half a second: at this pace that is 1 % of the file for
 * each who fetches.
 */
const UPLOAD_LIMIT = 384 * KIB;
/** While a file is fetched; then the next one begins. */
const KILLS_PER_FILE = 20;

/** Of the file, that may be fetched twice for every kill, besides what was on its way. */
const TWICE_SHARE = 0.01;
/**
 * On its way at a kill: a piece in the making with each of four others, who send to the one that is killed, or take
 * from it.
 */
const IN_FLIGHT_BYTES = 4 * 256 * KIB;
/**
 * What a client that comes back may have forgotten of what it had verified: all that four others send in two seconds,
 * since half a second is longer where the disk and the cores are busy.
 */
const FORGOTTEN_BYTES = 4 * UPLOAD_LIMIT * 2;
/** Of everything: TLS, frames, hashes of pieces, what peers tell each other of what they have. */
const OVERHEAD_SHARE = 0.01;

/** Lines of each program that are shown where something went wrong. */
const LAST_WORDS = 12;

const ASK_AGAIN_MS = 100;
/** Nothing verified by anybody for so many questions: it has come to a standstill. */
const MAX_IDLE_QUESTIONS = 900;

export interface KillsOptions {
  readonly kills: number;
  /** Decides who is killed, and how far somebody has got by then; what is on its way is the machine's business. */
  readonly seed: number;
  /** Gets a line for every file. */
  readonly tell: (line: string) => void;
}

/** What went otherwise than it should. Throws, with all that was said, where a download comes to nothing. */
export async function runKills({ kills, seed, tell }: KillsOptions): Promise<readonly string[]> {
  const dice = new Dice(seed);
  const cluster = await Cluster.start();
  const arrivals = [...SHARERS, ...FETCHERS].map((user) =>
    Person.arrive(cluster, user, ['--upload-limit', String(UPLOAD_LIMIT)]),
  );
  const people = await Promise.all(arrivals);
  try {
    await gather(people);
    const violations: string[] = [];
    for (let left = kills, number = 1; left > 0; number++) {
      const round = new Round({ cluster, people, dice, number });
      await round.begin();
      const killed = await round.play(Math.min(left, KILLS_PER_FILE));
      left -= killed;
      const { twiceBytes, wrong } = await round.count(killed);
      const each = (100 * twiceBytes) / killed / FILE_BYTES;
      tell(`${killed} kills: ${Math.round(twiceBytes / KIB)} KiB fetched twice, ${each.toFixed(2)} % of the file each`);
      violations.push(...wrong);
    }
    return violations;
  } catch (error) {
    const lastWords = cluster.transcripts().map((said) => said.split('\n').slice(-LAST_WORDS).join('\n'));
    throw new Error(`seed ${seed}\n${lastWords.join('\n')}`, { cause: error });
  } finally {
    await Promise.all(people.map((person) => person.leave()));
    await cluster.stop();
  }
}

/** All in one group, whose owner is the first. */
async function gather([owner, ...others]: readonly Person[]): Promise<void> {
  await owner?.client.succeed('create_group films');
  for (const { client, user } of others) {
    await client.succeed('join_group films');
    await owner?.client.succeed(`accept_request films ${user}`);
  }
}

interface Setting {
  readonly cluster: Cluster;
  readonly people: readonly Person[];
  readonly dice: Dice;
  readonly number: number;
}

/** A file of its own, from the first wish for it until all have it. */
class Round {
  readonly #setting: Setting;
  readonly #file: string;
  readonly #fetchers: readonly Person[];
  readonly #wrong: string[] = [];
  #servedBefore = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#file = `film-${setting.number}`;
    this.#fetchers = setting.people.filter(({ user }) => FETCHERS.includes(user));
  }

  async begin(): Promise<void> {
    const { people, number } = this.#setting;
    await writeTestFile(this.#pathOf('source'), FILE_BYTES, number);
    for (const { client, user } of people) {
      if (SHARERS.includes(user))
        await client.succeed(`upload_file '${this.#pathOf('source')}' films --as ${this.#file}`);
    }
    this.#servedBefore = this.#servedBytes;
    for (const { client, user } of this.#fetchers) {
      await client.succeed(`download_file films ${this.#file} '${this.#pathOf(user)}'`);
    }
  }

  /** Kills so many, or fewer where all have the file before; and waits until they have. How many it were. */
  async play(kills: number): Promise<number> {
    const { people, dice } = this.#setting;
    let killed = 0;
    for (; killed < kills; killed++) {
      const watched = await this.#stillFetching();
      if (watched.length === 0) break;
      await this.#untilFurther(dice.oneOf(watched), dice.below(FILE_BYTES / KILLS_PER_FILE));
      await this.#fell(dice.oneOf(people));
    }
    for (const person of this.#fetchers) await this.#untilFurther(person, FILE_BYTES);
    return killed;
  }

  /** What has been fetched twice in all, and what is not as it should be. */
  async count(killed: number): Promise<{ readonly twiceBytes: number; readonly wrong: readonly string[] }> {
    const source = await sha256OfFile(this.#pathOf('source'));
    for (const { user } of this.#fetchers) {
      if ((await sha256OfFile(this.#pathOf(user))) !== source)
        this.#wrong.push(`${user}'s ${this.#file} is another file`);
    }
    const needed = this.#fetchers.length * FILE_BYTES * (1 + OVERHEAD_SHARE);
    const twiceBytes = Math.max(0, this.#servedBytes - this.#servedBefore - needed);
    const allowed = killed * (TWICE_SHARE * FILE_BYTES + IN_FLIGHT_BYTES);
    if (twiceBytes > allowed)
      this.#wrong.push(`${twiceBytes} bytes of ${this.#file} were fetched twice, at ${killed} kills`);
    return { twiceBytes, wrong: this.#wrong };
  }

  get #servedBytes(): number {
    return this.#setting.people.reduce((sum, { servedBytes }) => sum + servedBytes, 0);
  }

  #pathOf(owner: string): string {
    return join(this.#setting.cluster.directory, `${owner}-${this.#file}`);
  }

  async #stillFetching(): Promise<Person[]> {
    const states = await Promise.all(this.#fetchers.map((person) => this.#rowOf(person)));
    return this.#fetchers.filter((_, index) => states[index]?.state !== 'complete');
  }

  /** Until somebody has so many bytes more than now, or all of the file. */
  async #untilFurther(person: Person, bytes: number): Promise<void> {
    const { done: before } = await this.#rowOf(person);
    let known = before;
    for (let idle = 0; idle < MAX_IDLE_QUESTIONS; idle++) {
      const { state, done } = await this.#rowOf(person);
      if (state === 'complete' || (done >= before + bytes && bytes < FILE_BYTES)) return;
      if (done > known) idle = 0;
      known = done;
      await delay(ASK_AGAIN_MS);
    }
    throw new Error(`${person.user} got no further than ${known} bytes of ${this.#file}`);
  }

  /** What was verified is verified after it, but for the last of it. */
  async #fell(person: Person): Promise<void> {
    const isFetcher = this.#fetchers.includes(person);
    const before = isFetcher ? (await this.#rowOf(person)).done : 0;
    await person.fall();
    const after = isFetcher ? (await this.#rowOf(person)).done : 0;
    const lost = before - after;
    if (lost > FORGOTTEN_BYTES) this.#wrong.push(`${person.user} has forgotten ${lost} bytes of ${this.#file}`);
  }

  async #rowOf(person: Person): Promise<DownloadRow> {
    const row = await person.download(this.#file);
    if (row === undefined) throw new Error(`${person.user} knows nothing of ${this.#file}`);
    if (row.state === 'failed') throw new Error(`${person.user} has given up ${this.#file}`);
    return row;
  }
}
