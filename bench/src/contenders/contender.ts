/** What takes part: programs that bring a file from some hosts to others. */
import type { Host } from './host.js';

/** Where a round takes place. */
export interface Scene {
  /** Where trackers run. */
  readonly office: Host;
  readonly seeders: readonly Host[];
  readonly downloaders: readonly Host[];
  /** For this round alone, empty but for the file. */
  readonly directory: string;
  /** The file as every seeder has it, absolute path. */
  readonly file: string;
}

export interface Contender {
  /** For a person, with its version where others can install another one. */
  readonly name: string;
  /** It can't take from several at once. */
  readonly oneSeeder?: true;
  /** Brings all into their places: the seeders have the file and serve it, nobody has asked for it yet. */
  gather(scene: Scene): Promise<Crew>;
}

/** Programs in their places. Seeders and downloaders go by their number, from 0. */
export interface Crew {
  /** Resolves when this downloader says that it has everything. */
  download(downloader: number): Promise<void>;
  /** kill -9 of a downloader. */
  kill(downloader: number): Promise<void>;
  /** Where its file is then, absolute path. */
  pathOf(downloader: number): string;
  /** Ids of the programs that seed and that download; what they have started in turn is not among them. */
  readonly sides: Sides;
  /** Ends all programs. */
  end(): Promise<void>;
}

export interface Sides {
  readonly seeders: readonly number[];
  readonly downloaders: readonly number[];
}

/** The crew once `gather` has brought it into its places; where that fails, none of its programs stays behind. */
export async function gathered<C extends Crew>(crew: C, gather: () => Promise<void>): Promise<C> {
  try {
    await gather();
    return crew;
  } catch (error) {
    await crew.end();
    throw error;
  }
}
