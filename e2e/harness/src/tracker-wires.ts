/** Trackers that reach each other over wires that a test can cut and slow; clients reach them directly. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from './cluster.js';
import { Forwarder } from './forwarder.js';
import type { Pace } from './lane.js';

interface Wire {
  /** Number of the tracker that dials by it. */
  readonly from: number;
  readonly to: number;
  readonly forwarder: Forwarder;
}

export class TrackerWires {
  readonly #wires: readonly Wire[];

  private constructor(wires: readonly Wire[]) {
    this.#wires = wires;
  }

  /**
   * Lays a wire from every tracker of a cluster to every other one, and writes a tracker_info.txt for each that names
   * the wires' ends; start tracker N with {@link infoOf} N.
   */
  static async lay(cluster: Cluster): Promise<TrackerWires> {
    const numbers = cluster.ports.map((_, index) => index + 1);
    const pairs = numbers.flatMap((from) => numbers.filter((to) => to !== from).map((to) => ({ from, to })));
    const wires = await Promise.all(
      pairs.map(async (pair) => ({ ...pair, forwarder: await Forwarder.start(cluster.port(pair.to)) })),
    );
    for (const own of numbers) {
      const portOf = (number: number): number =>
        wires.find(({ from, to }) => from === own && to === number)?.forwarder.port ?? cluster.port(number);
      const lines = numbers.map((number) => `127.0.0.1:${portOf(number)}\n`);
      await writeFile(join(cluster.directory, TrackerWires.infoOf(own)), lines.join(''));
    }
    return new TrackerWires(wires);
  }

  /** The name of the tracker_info.txt by which tracker `number` knows the others. */
  static infoOf(number: number): string {
    return `tracker_info-${number}.txt`;
  }

  /** Nothing passes between any two trackers, and none is told. */
  cut(): void {
    for (const { forwarder } of this.#wires) forwarder.cut();
  }

  /** What tracker `speaker` says to tracker `listener` doesn't arrive; what that one says does. */
  cutOneWay(speaker: number, listener: number): void {
    for (const { from, to, forwarder } of this.#wires) {
      if (from === speaker && to === listener) forwarder.cut('there');
      if (from === listener && to === speaker) forwarder.cut('back');
    }
  }

  slow(pace: Pace): void {
    for (const { forwarder } of this.#wires) forwarder.slow(pace);
  }

  /** Breaks off what is there; new connections pass at full speed. */
  heal(): void {
    for (const { forwarder } of this.#wires) forwarder.heal();
  }

  async close(): Promise<void> {
    await Promise.all(this.#wires.map(({ forwarder }) => forwarder.close()));
  }
}
