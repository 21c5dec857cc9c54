/** What takes part: programs that bring a file from one host to others. */
import type { Host } from '../network/shaped-network.js';

/** Where a round takes place. */
export interface Scene {
  /** Not shaped: where trackers run. */
  readonly office: Host;
  readonly seeder: Host;
  readonly downloaders: readonly Host[];
  /** For this round alone, empty but for the file. */
  readonly directory: string;
  /** The seeder's file, absolute path. */
  readonly file: string;
}

export interface Contender {
  /** For a person, with its version where others can install another one. */
  readonly name: string;
  /** Brings all into their places: the seeder has the file and serves it, nobody has asked for it yet. */
  gather(scene: Scene): Promise<Crew>;
}

/** Programs in their places. Downloaders go by their number, from 0. */
export interface Crew {
  /** Resolves when this downloader says that it has everything. */
  download(downloader: number): Promise<void>;
  /** kill -9 of a downloader. */
  kill(downloader: number): Promise<void>;
  /** Where its file is then, absolute path. */
  pathOf(downloader: number): string;
  /** Ends all programs. */
  end(): Promise<void>;
}
