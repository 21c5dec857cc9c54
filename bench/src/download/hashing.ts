/** How fast a file is shared, which is to say hashed: against openssl on one core, times the cores. */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { FILE, GROUP, OwnCrew } from '../contenders/own-clients.js';
import { atLeast, type Figure } from '../report/figures.js';
import { median } from './outcome.js';
import { onScene, type Stage } from './round.js';

const MEGABYTE = 1e6;
const MS_PER_S = 1_000;
/** Of what the cores could do by openssl's measure; docs/BENCHMARKS.md says why. */
const WANTED_SHARE = 0.7;

interface Hashing {
  /** MB/s; undefined where openssl isn't installed. */
  readonly openssl: number | undefined;
  readonly ours: number;
  readonly processorSeconds: number;
  /** Sharing it once more, unchanged, ms. */
  readonly againMs: number;
}

export async function measureHashing(
  stage: Stage,
  { rounds, say }: { readonly rounds: number; say(line: string): void },
): Promise<Figure[]> {
  const all: Hashing[] = [];
  for (let round = 1; round <= rounds; round++) {
    const hashing = await hashOnce(stage);
    all.push(hashing);
    const openssl = hashing.openssl === undefined ? 'not installed' : `${Math.round(hashing.openssl)} MB/s`;
    say(`round ${round} of ${rounds}, hashing: ${Math.round(hashing.ours)} MB/s; openssl ${openssl}`);
  }
  const figure = (what: string, unit: string, of: number[]): Figure => ({ what, unit, value: median(of), of });
  const own = all.map(({ ours }) => ours);
  const theirs = all.flatMap(({ openssl }) => openssl ?? []);
  return [
    figure('hashing at upload: median', 'MB/s', own),
    figure(
      'hashing at upload: processor',
      's',
      all.map(({ processorSeconds }) => processorSeconds),
    ),
    figure(
      'sharing it again, unchanged',
      'ms',
      all.map(({ againMs }) => againMs),
    ),
    ...(theirs.length === 0
      ? []
      : [
          figure('openssl dgst -sha256, one core: median', 'MB/s', theirs),
          {
            what: `hashing at upload / (openssl × ${availableParallelism()} cores)`,
            value: median(own) / (median(theirs) * availableParallelism()),
            unit: '',
            wanted: atLeast(WANTED_SHARE),
          },
        ]),
  ];
}

async function hashOnce(stage: Stage): Promise<Hashing> {
  return await onScene(stage, { seeders: 1, downloaders: 0 }, async (scene) => {
    const openssl = opensslSeconds(scene.file);
    const crew = await OwnCrew.gather(scene);
    try {
      const { seconds, processorSeconds } = crew.sharing;
      const { owner } = crew;
      await owner.succeed(`stop_share ${GROUP} ${FILE}`);
      const startedMs = performance.now();
      await owner.succeed(`upload_file '${scene.file}' ${GROUP} --as ${FILE}`);
      const againMs = performance.now() - startedMs;
      const rateOf = (inSeconds: number): number => stage.bytes / inSeconds / MEGABYTE;
      return {
        openssl: openssl === undefined ? undefined : rateOf(openssl),
        ours: rateOf(seconds),
        processorSeconds,
        againMs,
      };
    } finally {
      await crew.end();
    }
  });
}

function opensslSeconds(path: string): number | undefined {
  const startedMs = performance.now();
  const { status } = spawnSync('openssl', ['dgst', '-sha256', path], { stdio: 'ignore' });
  return status === 0 ? (performance.now() - startedMs) / MS_PER_S : undefined;
}
