/**
 * A large file on this machine alone, by whole programs: how near they come to what the machine can do, what they take
 * of it, and what other programs do and take.
 */
import { join } from 'node:path';
import { writeTestFile } from '@p2p/harness';
import type { Benchmark, BenchmarkOptions } from '../benchmark.js';
import type { Contender } from '../contenders/contender.js';
import { ownClients } from '../contenders/own-clients.js';
import type { Figure } from '../report/figures.js';
import { type Case, nameOf, oneToOne, type Plan, planOf } from './cases.js';
import { ownChoices } from './choices/own-choices.js';
import { findContenders } from './contenders.js';
import { measureEventLoops } from './event-loop.js';
import { nodeChoices, nodePipe } from './floors/node-pipe.js';
import { measureHashing } from './hashing.js';
import { measureLinearity } from './linearity.js';
import { figuresOf, lineOf, median, ratesOf } from './outcome.js';
import { findPlace, type Place } from './place.js';
import { playRound, type Reading, type Stage } from './round.js';
import { measureSmallFiles } from './small-files.js';
import { measureStalling } from './stalling.js';
import { ratiosOf } from './wishes.js';

const MIB = 2 ** 20;
/** Beside the files themselves: data directories, keys, logs. */
const BESIDE_BYTES = 64 * MIB;
/** For {@link measureLinearity}. */
const LARGE_TIMES = 10;

export const download: Benchmark = {
  about: 'a large file on this machine alone, against what it can do and what others do',
  run: async (options) => {
    const plan = planOf(options);
    const most = Math.max(1, ...plan.cases.map(({ downloaders }) => downloaders));
    // The source, and a copy for each.
    const place = findPlace((1 + most) * plan.bytes + BESIDE_BYTES);
    try {
      return await measureIn(place, plan, options);
    } finally {
      place.remove();
    }
  },
};

async function measureIn(place: Place, plan: Plan, options: BenchmarkOptions): Promise<Figure[]> {
  const { say, rivals } = options;
  say(place.inMemory ? 'all files are in memory' : 'the files are on a disk: flushing is a part of every time');
  const stage = await prepare(place, plan.bytes);
  const { there, absent } = findContenders(place.directory, rivals);
  const where = place.inMemory ? 'in memory' : 'on a disk, flushed';
  const figures: Figure[] = [{ what: `the file, ${where}`, value: plan.bytes / MIB, unit: 'MiB' }];
  for (const each of plan.cases) {
    const contenders = there.filter(({ oneSeeder }) => each.seeders === 1 || oneSeeder !== true);
    figures.push(...(await measureCase({ each, contenders, stage }, plan, say)));
  }
  const { parts, rounds } = plan;
  const compare = async (contenders: readonly Contender[]): Promise<void> => {
    figures.push(...(await measureCase({ each: oneToOne, contenders, stage }, plan, say)));
  };
  if (parts.has('choices')) await compare([nodePipe.hashedInWorker, ...nodeChoices]);
  if (parts.has('own choices')) await compare([ownClients, ...ownChoices()]);
  if (parts.has('event loops')) figures.push(...(await measureEventLoops(stage)));
  if (parts.has('hashing')) figures.push(...(await measureHashing(stage, { rounds, say })));
  if (parts.has('stalling')) figures.push(...(await measureStalling(stage, plan.stalling)));
  if (parts.has('small files')) figures.push(...(await measureSmallFiles(stage, { count: plan.smallFiles, say })));
  if (parts.has('large')) figures.push(...(await measureLarge(plan, say)));
  return [...figures, ...absent.map((name) => ({ what: `rounds of ${name}, not installed`, value: 0, unit: '' }))];
}

async function prepare({ directory }: Place, bytes: number): Promise<Stage> {
  const source = join(directory, 'source');
  await writeTestFile(source, bytes);
  return { directory, source, bytes };
}

async function measureCase(
  { each, contenders, stage }: { each: Case; contenders: readonly Contender[]; stage: Stage },
  { rounds, bytes }: Plan,
  say: (line: string) => void,
): Promise<Figure[]> {
  const amount = { bytes, ...each };
  const readings = new Map<Contender, Reading[]>(contenders.map((contender) => [contender, []]));
  for (let round = 1; round <= rounds; round++) {
    // One after the other in each round, so that a machine that is busy for a while is so for all of them.
    for (const contender of contenders) {
      const reading = await playRound(contender, stage, each);
      readings.get(contender)?.push(reading);
      say(`${nameOf(each)}, round ${round} of ${rounds}, ${contender.name}: ${lineOf(reading, amount)}`);
    }
  }
  const rates = new Map([...readings].map(([contender, of]) => [contender, median(ratesOf(of, amount))]));
  const ours = rates.get(ownClients);
  rates.delete(ownClients);
  return [
    ...[...readings].flatMap(([contender, of]) => {
      const name = `${nameOf(each)}, ${contender.name}`;
      return figuresOf(of, { name, amount, isOurs: contender === ownClients });
    }),
    ...(ours === undefined ? [] : ratiosOf(nameOf(each), rates, ours)),
  ];
}

/** Both sizes in the same place, which has to have room for the large one. */
async function measureLarge(plan: Plan, say: (line: string) => void): Promise<Figure[]> {
  const largeBytes = LARGE_TIMES * plan.bytes;
  const place = findPlace(2 * (largeBytes + plan.bytes));
  try {
    say(place.inMemory ? 'a large file, in memory' : 'a large file, on a disk');
    const [small, large] = [join(place.directory, 'small'), join(place.directory, 'large')];
    await writeTestFile(small, plan.bytes);
    await writeTestFile(large, largeBytes);
    const stages = {
      small: { directory: place.directory, source: small, bytes: plan.bytes },
      large: { directory: place.directory, source: large, bytes: largeBytes },
    };
    return await measureLinearity(stages, { rounds: plan.rounds, say });
  } finally {
    place.remove();
  }
}
