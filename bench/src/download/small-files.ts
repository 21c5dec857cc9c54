/** Thousands of small files, shared and fetched by scripts: how many a second, and whether twice as many take twice as long. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, writeTestFile } from '@p2p/harness';
import { GROUP, OwnCrew } from '../contenders/own-clients.js';
import { type Figure, under } from '../report/figures.js';
import { ProcessTree, type Use } from './process-tree.js';
import { onScene, type Stage } from './round.js';

const FILE_BYTES = 4_096;
const MEGABYTE = 1e6;
const MS_PER_S = 1_000;
const WANTED_TIMES = 2.2;

/** What a script has taken. */
interface Run {
  readonly seconds: number;
  readonly use: Use;
}

interface Runs {
  readonly sharing: Run;
  readonly fetching: Run;
}

/** The same with half as many, by programs of their own: it must not be the number of files that makes one cost more. */
export async function measureSmallFiles(
  stage: Stage,
  { count, say }: { readonly count: number; say(line: string): void },
): Promise<Figure[]> {
  const source = join(stage.directory, 'small-files');
  const names = Array.from({ length: count }, (_, index) => `file-${index}`);
  await mkdir(source);
  for (const [index, name] of names.entries()) await writeTestFile(join(source, name), FILE_BYTES, index);
  const half = await play(stage, source, names.slice(0, count / 2));
  const all = await play(stage, source, names);
  return (['sharing', 'fetching'] as const).flatMap((what) => {
    const [one, twice] = [half[what], all[what]];
    say(`small files, ${what}: ${one.seconds.toFixed(2)} s for half, ${twice.seconds.toFixed(2)} s for all`);
    return [
      { what: `${count} small files, ${what}`, value: count / twice.seconds, unit: '/s' },
      { what: `${count / 2} small files, ${what}`, value: count / 2 / one.seconds, unit: '/s' },
      {
        what: `twice as many small files, ${what}: times as long`,
        value: twice.seconds / one.seconds,
        unit: '',
        wanted: under(WANTED_TIMES),
      },
      {
        what: `${count} small files, ${what}: processor of the client`,
        value: twice.use.processorSeconds,
        unit: 's',
      },
      {
        what: `${count} small files, ${what}: peak memory of the client`,
        value: twice.use.peakBytes / MEGABYTE,
        unit: 'MB',
      },
    ];
  });
}

async function play(stage: Stage, source: string, names: readonly string[]): Promise<Runs> {
  return await onScene(stage, { seeders: 1, downloaders: 1 }, async (scene) => {
    const crew = await OwnCrew.gather(scene);
    try {
      const [seeder, downloader] = crew.clients;
      if (seeder === undefined || downloader === undefined) throw new Error('somebody is missing');
      const copies = join(scene.directory, 'copies');
      await mkdir(copies);
      const sharing = await run(
        seeder,
        names.map((name) => `upload_file '${join(source, name)}' ${GROUP}`),
      );
      const fetching = await run(downloader, [
        ...names.map((name) => `download_file ${GROUP} ${name} '${copies}/'`),
        'wait',
      ]);
      for (const name of names) {
        const [bytes, copy] = [await readFile(join(source, name)), await readFile(join(copies, name))];
        if (!bytes.equals(copy)) throw new Error(`${name} is not what it was`);
      }
      return { sharing, fetching };
    } finally {
      await crew.end();
    }
  });
}

/** All lines are there at once; each is read when the one before has been answered. */
async function run(client: ClientProgram, lines: readonly string[]): Promise<Run> {
  const tree = new ProcessTree([client.pid]);
  const startedMs = performance.now();
  const answers = await client.script(lines);
  const run = { seconds: (performance.now() - startedMs) / MS_PER_S, use: tree.end() };
  const refused = answers.find(({ ok }) => !ok);
  if (refused !== undefined) throw new Error(JSON.stringify(refused));
  return run;
}
