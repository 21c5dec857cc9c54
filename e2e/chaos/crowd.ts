/** All writers of a run: they are given batches of commands to write, and are waited for. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cluster, registered } from '@p2p/harness';
import type { Dice } from './dice.js';
import { Record } from './record.js';
import { type World, Writer } from './writer.js';

/** Half of them begin at each tracker. */
const WRITERS = 6;
/** So many users, whose passwords take 10 ms each to hash, and again to check. */
const MAX_USERS = 256;
/** In one batch, for each writer. */
const MIN_COMMANDS = 4;
const MAX_COMMANDS = 16;

export class Crowd {
  readonly record: Record;
  readonly writers: readonly Writer[];
  readonly #dice: Dice;
  /** By writer: resolves when all that it was given has been answered. */
  readonly #tails = new Map<Writer, Promise<void>>();
  /** Rejects when a writer was answered as none may be. */
  readonly #failed: Promise<never>;
  #fail: (error: unknown) => void = () => undefined;

  private constructor(writers: readonly Writer[], { record, dice }: { record: Record; dice: Dice }) {
    this.writers = writers;
    this.record = record;
    this.#dice = dice;
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.#failed.catch(() => undefined);
  }

  /** Everybody registered and logged in, at both trackers. */
  static async gather(cluster: Cluster, dice: Dice): Promise<Crowd> {
    const record = new Record();
    await writeFile(join(cluster.directory, 'note'), 'What is shared does not matter here.');
    const world = worldOf(record, dice.fork());
    const writers = Array.from({ length: WRITERS }, async (_, index) => {
      const user = `writer${index + 1}`;
      const client = await registered(cluster, user, [`127.0.0.1:${cluster.port((index % 2) + 1)}`]);
      return new Writer(user, client, { world, dice: dice.fork() });
    });
    return new Crowd(await Promise.all(writers), { record, dice: dice.fork() });
  }

  /** Gives everybody commands, and resolves when some of these have been answered. */
  async busy(): Promise<void> {
    const given = this.writers.map((writer) => {
      const count = MIN_COMMANDS + this.#dice.below(MAX_COMMANDS - MIN_COMMANDS);
      this.#tails.set(writer, this.#append(writer, count));
      return count;
    });
    const total = given.reduce((sum, count) => sum + count, 0);
    await Promise.race([this.record.answered.after(this.#dice.below(total / 2) + 1), this.#failed]);
  }

  /** Resolves when all has been answered. */
  async idle(): Promise<void> {
    await Promise.race([Promise.all(this.#tails.values()), this.#failed]);
  }

  async #append(writer: Writer, count: number): Promise<void> {
    await this.#tails.get(writer);
    await writer.write(count, this.writers).catch(this.#fail);
  }
}

function worldOf(record: Record, dice: Dice): World {
  let contested = 1;
  return {
    record,
    maxUsers: MAX_USERS,
    file: 'note',
    contestedName: () => {
      if (dice.once(WRITERS)) contested += 1;
      return `contested-${contested}`;
    },
  };
}
