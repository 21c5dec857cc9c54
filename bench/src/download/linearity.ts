/** Ten times as much has to take about ten times as long, and no more memory. */
import { ownClients } from '../contenders/own-clients.js';
import { type Figure, under } from '../report/figures.js';
import { lineOf, median } from './outcome.js';
import { playRound, type Reading, type Stage } from './round.js';

const MEGABYTE = 1e6;
const ONE_TO_ONE = { seeders: 1, downloaders: 1 };
/** For ten times as much. */
const WANTED_TIMES = 11;
const MAX_ROUNDS = 3;

export async function measureLinearity(
  { small, large }: { readonly small: Stage; readonly large: Stage },
  { rounds, say }: { readonly rounds: number; say(line: string): void },
): Promise<Figure[]> {
  const readings = { small: [] as Reading[], large: [] as Reading[] };
  for (let round = 1; round <= Math.min(rounds, MAX_ROUNDS); round++) {
    for (const [size, stage] of Object.entries({ small, large })) {
      const reading = await playRound(ownClients, stage, ONE_TO_ONE);
      readings[size as keyof typeof readings].push(reading);
      say(`round ${round}, ${size}: ${lineOf(reading, { bytes: stage.bytes, ...ONE_TO_ONE })}`);
    }
  }
  const seconds = (of: readonly Reading[]) => median(of.map((reading) => reading.seconds));
  const peak = (of: readonly Reading[], side: 'seeding' | 'downloading') =>
    median(of.map((reading) => reading[side].peakBytes / MEGABYTE));
  return [
    {
      what: 'ten times as much: times as long',
      value: seconds(readings.large) / seconds(readings.small),
      unit: '',
      wanted: under(WANTED_TIMES),
    },
    ...(['seeding', 'downloading'] as const).flatMap((side) => [
      { what: `peak memory, ${side}`, value: peak(readings.small, side), unit: 'MB' },
      { what: `peak memory, ${side} ten times as much`, value: peak(readings.large, side), unit: 'MB' },
    ]),
  ];
}
