/** One contender's go at one scenario: when all who stayed had the file, and what was sent for it. */
import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeTestFile } from '@p2p/harness';
import type { Contender, Crew, Scene } from '../contenders/contender.js';
import { within } from '../contenders/within.js';
import { boundOf, changesOf } from './bound.js';
import type { Link } from './link/measure-link.js';
import type { ShapedHost } from './network/shaped-network.js';
import type { Outcome } from './outcome.js';
import { processorUse } from './processor.js';
import type { Scenario } from './scenario.js';

/** A contender that takes longer than so many times the bound, and a while for its programs, has failed. */
const PATIENCE_BOUNDS = 4;
const PATIENCE_MS = 30_000;

export interface Stage {
  readonly office: ShapedHost;
  readonly seeder: ShapedHost;
  readonly downloaders: readonly ShapedHost[];
  readonly link: Link;
}

/** @param seed of the file's content */
export async function playRound(
  contender: Contender,
  { scenario, stage }: { readonly scenario: Scenario; readonly stage: Stage },
  seed: number,
): Promise<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), 'p2p-bench-swarm-'));
  // Where a signal ends this process in between, the network's own farewell has ended all who write there before.
  const tidyUp = (): void => rmSync(directory, { recursive: true, force: true });
  process.once('exit', tidyUp);
  try {
    const { office, seeder, downloaders } = stage;
    const scene: Scene = { office, seeders: [seeder], downloaders, directory, file: join(directory, 'film') };
    await writeTestFile(scene.file, scenario.bytes, seed);
    const crew = await contender.gather(scene);
    try {
      return await measure(crew, { scenario, stage, scene });
    } finally {
      await crew.end();
    }
  } finally {
    process.off('exit', tidyUp);
    tidyUp();
  }
}

interface Play {
  readonly scenario: Scenario;
  readonly stage: Stage;
  readonly scene: Scene;
}

async function measure(crew: Crew, { scenario, stage, scene }: Play): Promise<Outcome> {
  const hosts = [stage.seeder, ...stage.downloaders];
  const before = hosts.map(({ sentBytes }) => sentBytes);
  const processor = processorUse([stage.office, ...hosts]);
  const startedMs = performance.now();
  const staying = perform(crew, scenario, stage.link.payloadRate);
  const patienceMs = PATIENCE_MS + PATIENCE_BOUNDS * boundOf(scenario, stage.link.payloadRate) * 1_000;
  await within(Promise.all(staying.finished), patienceMs);
  const seconds = (performance.now() - startedMs) / 1_000;
  const { busyShare, ownSeconds } = processor();
  const sent = hosts.map(({ sentBytes }, index) => sentBytes - (before[index] ?? 0));
  const source = await readFile(scene.file);
  for (const downloader of staying.downloaders) {
    const copy = await readFile(crew.pathOf(downloader));
    if (!copy.equals(source)) throw new Error(`downloader ${downloader} has got something else than the file`);
  }
  const [seederCopies = 0] = sent.map((bytes) => (bytes * stage.link.payloadShare) / scenario.bytes);
  const downloaderCopies = sent.slice(1).map((bytes) => copiesIn(bytes, scenario, stage.link));
  return { seconds, seederCopies, downloaderCopies, busyShare, coresUsed: ownSeconds / seconds };
}

/** Starts the downloads, each in its time. */
function perform(crew: Crew, scenario: Scenario, uploadRate: number) {
  const { lateAt, leavesAt } = changesOf(scenario, uploadRate);
  const all = Array.from({ length: scenario.downloaders }, (_, index) => index);
  const isLate = (downloader: number): boolean => lateAt !== undefined && downloader === all.length - 1;
  const leaves = (downloader: number): boolean => leavesAt !== undefined && downloader === 0;
  const finished = all.map(async (downloader) => {
    if (isLate(downloader)) await delay((lateAt ?? 0) * 1_000);
    if (!leaves(downloader)) return crew.download(downloader);
    // It is never done: its program ends before.
    crew.download(downloader).catch(() => undefined);
    await delay((leavesAt ?? 0) * 1_000);
    await crew.kill(downloader);
  });
  return { finished, downloaders: all.filter((downloader) => !leaves(downloader)) };
}

/** Without what it has spent on acknowledging the copy that it got itself. */
function copiesIn(sentBytes: number, { bytes }: Scenario, { payloadShare, acknowledgementShare }: Link): number {
  return Math.max(0, ((sentBytes - bytes * acknowledgementShare) * payloadShare) / bytes);
}
