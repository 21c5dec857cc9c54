/** The two trackers of a run, the wires between them, and all that is done to them. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Cluster, Program, TrackerWires } from '@p2p/harness';
import { replaceDirectory } from '../storage/data-files.js';
import type { Dice } from './dice.js';

export type TrackerNumber = 1 | 2;

export const bothTrackers: readonly TrackerNumber[] = [1, 2];

export function otherThan(number: TrackerNumber): TrackerNumber {
  return number === 1 ? 2 : 1;
}

/** A slow line: every message takes this long, and a large one longer. */
const SLOW = { delayMs: 40, bytesPerSecond: 512 * 1024 } as const;

export class Trackers {
  readonly cluster: Cluster;
  readonly #wires: TrackerWires;
  /** Everything that was done, in words, for whoever has to understand a failure. */
  readonly history: string[] = [];
  kills = 0;
  readonly #runs: { readonly number: TrackerNumber; readonly program: Program }[] = [];
  /** Those that were ended on purpose. */
  readonly #killed = new Set<Program>();

  private constructor(cluster: Cluster, wires: TrackerWires) {
    this.cluster = cluster;
    this.#wires = wires;
  }

  static async start(): Promise<Trackers> {
    const cluster = await Cluster.create(2);
    const trackers = new Trackers(cluster, await TrackerWires.lay(cluster));
    try {
      // The first one makes the cluster's key.
      await trackers.run(1);
      await trackers.run(2);
      await trackers.untilLinked();
    } catch (error) {
      await trackers.stop();
      throw error;
    }
    return trackers;
  }

  /** Starts a tracker on what its data directory holds, and waits until it serves. */
  async run(number: TrackerNumber): Promise<void> {
    await this.launch(number).line((line) => line.includes('listening on'));
  }

  /** Starts a tracker and doesn't wait. */
  launch(number: TrackerNumber): Program {
    this.history.push(`start ${number}`);
    const program = this.cluster.launchTracker(number, { trackerInfo: TrackerWires.infoOf(number) });
    this.#runs.push({ number, program });
    return program;
  }

  isRunning(number: TrackerNumber): boolean {
    return this.cluster.tracker(number).running;
  }

  async kill(number: TrackerNumber): Promise<void> {
    const program = this.cluster.tracker(number);
    if (!program.running) throw new Error(`tracker ${number} has ended by itself\n${program.transcript()}`);
    this.history.push(`kill ${number}`);
    this.kills += 1;
    this.#killed.add(program);
    await program.kill();
  }

  async empty(number: TrackerNumber): Promise<void> {
    this.history.push(`empty ${number}`);
    await rm(this.cluster.dataDirectory(number), { recursive: true });
  }

  /** Sets a copy of what tracker `number`, which isn't running, has on its disk aside. */
  async backUp(number: TrackerNumber): Promise<void> {
    this.history.push(`back up ${number}`);
    await replaceDirectory(this.cluster.dataDirectory(number), this.#backupOf(number));
  }

  async restore(number: TrackerNumber): Promise<void> {
    this.history.push(`restore ${number}`);
    await replaceDirectory(this.#backupOf(number), this.cluster.dataDirectory(number));
  }

  #backupOf(number: TrackerNumber): string {
    return join(this.cluster.directory, `backup-${number}`);
  }

  signal(number: TrackerNumber, signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.history.push(`${signal} ${number}`);
    this.cluster.tracker(number).signal(signal);
  }

  cut(): void {
    this.history.push('cut');
    this.#wires.cut();
  }

  cutOneWay(speaker: TrackerNumber): void {
    this.history.push(`cut from ${speaker} to ${otherThan(speaker)}`);
    this.#wires.cutOneWay(speaker, otherThan(speaker));
  }

  slow(): void {
    this.history.push('slow');
    this.#wires.slow(SLOW);
  }

  heal(): void {
    this.history.push('heal');
    this.#wires.heal();
  }

  /** Each has said that it is linked, in the present run. The wires have to be whole, and both running. */
  async untilLinked(): Promise<void> {
    for (const number of bothTrackers) {
      await this.cluster.tracker(number).line((line) => line.includes(`linked with tracker ${otherThan(number)}`));
    }
  }

  /** Whatever any run of a tracker said or did that none should, however it is treated. */
  faults(): string[] {
    return this.#runs.flatMap(({ number, program }) => {
      const lines = [...program.output.lines, ...program.errors.lines];
      const said = lines.filter((line) => /differ|damaged|error|refuse|at .*\.js:/i.test(line));
      const died = !program.running && !this.#killed.has(program) ? ['ended by itself'] : [];
      return [...said, ...died].map((fault) => `tracker ${number}: ${fault}`);
    });
  }

  /** Stops both in good order and has their directories audited: both are whole, and end alike. Faults, if not so. */
  async audit(): Promise<string[]> {
    const verdicts = await Promise.all(
      bothTrackers.map(async (number) => {
        const running = this.cluster.tracker(number);
        this.#killed.add(running);
        const exitCode = await running.stop();
        const words = ['audit', this.cluster.dataDirectory(number)];
        const audit = this.cluster.own(new Program('tracker', { words, directory: this.cluster.directory }));
        const isWhole = (await audit.bounded(audit.ended, 'auditing')) === 0 && exitCode === 0;
        return isWhole ? audit.output.lines.at(-1) : `stopped with ${exitCode}; ${audit.errors.lines.join('; ')}`;
      }),
    );
    const [first, second] = verdicts;
    const isFine = first?.startsWith('whole: ') === true && first === second;
    return isFine ? [] : verdicts.map((verdict) => `audit: ${verdict}`);
  }

  transcripts(): string {
    return this.#runs.map(({ program }) => program.transcript()).join('\n\n');
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    await this.#wires.close();
  }
}

/** One of the two. */
export function anyTracker(dice: Dice): TrackerNumber {
  return dice.oneOf(bothTrackers);
}
