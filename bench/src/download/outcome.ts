/** What a contender's rounds have come to: for the table, and for whoever watches. */
import type { Figure, Wanted } from '../report/figures.js';
import { under } from '../report/figures.js';
import type { Reading } from './round.js';

const GIB = 2 ** 30;
const MEGABYTE = 1e6;

/** Of both sides together, and of a side; docs/BENCHMARKS.md says why. */
const WANTED_PROCESSOR = 3;
const WANTED_PEAK = 200;

/** What all the downloaders of a case get together. */
export interface Amount {
  readonly bytes: number;
  readonly seeders: number;
  readonly downloaders: number;
}

export function lineOf(reading: Reading, amount: Amount): string {
  const { seeding, downloading } = reading;
  const rate = `${reading.seconds.toFixed(2)} s, ${Math.round(rateOf(reading, amount))} MB/s`;
  const processor = [seeding, downloading].map((use) => (use.processorSeconds / gibOf(amount)).toFixed(2)).join(' + ');
  const peaks = peaksOf(reading, amount).map((peak) => Math.round(peak));
  return `${rate}; processor ${processor} s/GiB; peak memory ${peaks.join(', ')} MB`;
}

/** MB/s, of all downloaders together. */
function rateOf({ seconds }: Reading, amount: Amount): number {
  return (amount.bytes * amount.downloaders) / seconds / MEGABYTE;
}

/** @param isOurs whether anything is wanted of it */
export function figuresOf(
  readings: readonly Reading[],
  { name, amount, isOurs }: { readonly name: string; readonly amount: Amount; readonly isOurs: boolean },
): Figure[] {
  const figure = (what: string, unit: string, read: (reading: Reading) => number): Figure => {
    const of = readings.map(read);
    return { what: `${name}: ${what}`, value: median(of), unit, of };
  };
  const wish = (wanted: Wanted): Partial<Figure> => (isOurs ? { wanted } : {});
  const secondsPerGib = (seconds: number): number => seconds / gibOf(amount);
  return [
    figure('median', 'MB/s', (reading) => rateOf(reading, amount)),
    figure('processor, seeding', 's/GiB', ({ seeding }) => secondsPerGib(seeding.processorSeconds)),
    figure('processor, downloading', 's/GiB', ({ downloading }) => secondsPerGib(downloading.processorSeconds)),
    {
      ...figure('processor, both sides', 's/GiB', ({ seeding, downloading }) =>
        secondsPerGib(seeding.processorSeconds + downloading.processorSeconds),
      ),
      ...wish(under(WANTED_PROCESSOR)),
    },
    {
      ...figure('peak memory of a seeder', 'MB', (reading) => peaksOf(reading, amount)[0]),
      ...wish(under(WANTED_PEAK)),
    },
    {
      ...figure('peak memory of a downloader', 'MB', (reading) => peaksOf(reading, amount)[1]),
      ...wish(under(WANTED_PEAK)),
    },
  ];
}

export function ratesOf(readings: readonly Reading[], amount: Amount): number[] {
  return readings.map((reading) => rateOf(reading, amount));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Of one seeder and of one downloader, on average, MB. */
function peaksOf({ seeding, downloading }: Reading, { seeders, downloaders }: Amount): [number, number] {
  return [seeding.peakBytes / seeders / MEGABYTE, downloading.peakBytes / downloaders / MEGABYTE];
}

function gibOf({ bytes, downloaders }: Amount): number {
  return (bytes * downloaders) / GIB;
}
