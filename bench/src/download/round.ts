/** One contender's go at one case: how long until everybody has the file, and what both sides take for it. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contender, Crew, Scene } from '../contenders/contender.js';
import { within } from '../contenders/within.js';
import type { Case } from './cases.js';
import { LoopbackHost } from './loopback-host.js';
import { ProcessTree, type Use } from './process-tree.js';
import { linkInto, sameContent } from './source-file.js';

/** A contender that is slower than this, or takes this long for its beginning, has failed. */
const MIN_BYTES_PER_SECOND = 4e6;
const PATIENCE_MS = 30_000;

export interface Reading {
  /** From the first wish for the file until the last one has it, flushed where it isn't in memory. */
  readonly seconds: number;
  readonly seeding: Use;
  readonly downloading: Use;
}

export interface Stage {
  /** Rounds have folders of their own here. */
  readonly directory: string;
  /** What everybody sends, absolute path, in the same file system. */
  readonly source: string;
  readonly bytes: number;
}

export async function playRound(contender: Contender, stage: Stage, of: Case): Promise<Reading> {
  return await onScene(stage, of, async (scene) => {
    const crew = await contender.gather(scene);
    try {
      return await measure(crew, stage, [...scene.downloaders.keys()]);
    } finally {
      await crew.end();
    }
  });
}

/** A scene in a folder of its own, which goes when `play` has ended. */
export async function onScene<R>(
  stage: Stage,
  { seeders, downloaders }: Case,
  play: (scene: Scene) => Promise<R>,
): Promise<R> {
  const directory = await mkdtemp(join(stage.directory, 'round-'));
  try {
    const [office, ...hosts] = await LoopbackHost.several(1 + seeders + downloaders);
    if (office === undefined) throw new Error('there is no host');
    const file = await linkInto(directory, stage.source);
    return await play({
      office,
      seeders: hosts.slice(0, seeders),
      downloaders: hosts.slice(seeders),
      directory,
      file,
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Has downloaders of a crew fetch the file at once, and compares what they have got.
 * @param who their numbers
 */
export async function measure(crew: Crew, stage: Stage, who: readonly number[]): Promise<Reading> {
  const [seeding, downloading] = [crew.sides.seeders, crew.sides.downloaders].map((pids) => new ProcessTree(pids)) as [
    ProcessTree,
    ProcessTree,
  ];
  const startedMs = performance.now();
  const everybody = who.map(async (downloader) => {
    await crew.download(downloader);
    await flush(crew.pathOf(downloader));
  });
  const patienceMs = PATIENCE_MS + ((stage.bytes * who.length) / MIN_BYTES_PER_SECOND) * 1_000;
  await within(Promise.all(everybody), patienceMs);
  const seconds = (performance.now() - startedMs) / 1_000;
  const reading = { seconds, seeding: seeding.end(), downloading: downloading.end() };
  for (const downloader of who) {
    if (!(await sameContent(stage.source, crew.pathOf(downloader)))) {
      throw new Error(`downloader ${downloader} has got something else than the file`);
    }
  }
  return reading;
}

/** Nothing is left to do of it for who has flushed by itself, or writes into memory. */
async function flush(path: string): Promise<void> {
  const file = await open(path, 'r');
  await file.sync();
  await file.close();
}
