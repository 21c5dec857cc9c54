/** What a contender's rounds have come to, for the table and for whoever watches. */

import type { Contender } from '../contenders/contender.js';
import { ownClients } from '../contenders/own-clients.js';
import { type Figure, under } from '../report/figures.js';
import type { Scenario } from './scenario.js';

export interface Outcome {
  /** From the first wish for the file until the last of those who stayed had it. */
  readonly seconds: number;
  /** How many times the size of the file the seeder has sent. */
  readonly seederCopies: number;
  /** The same of each downloader. */
  readonly downloaderCopies: readonly number[];
  /** Of all cores, by all processes of the machine, 0 to 1. */
  readonly busyShare: number;
  /** By the contender's own processes, the kernel's work for them not all counted. */
  readonly coresUsed: number;
}

export function lineOf(outcome: Outcome, bound: number): string {
  const { seconds, seederCopies, downloaderCopies, busyShare, coresUsed } = outcome;
  const time = `${seconds.toFixed(2)} s, ${(seconds / bound).toFixed(3)} × the bound`;
  const others = downloaderCopies.map((copies) => copies.toFixed(2)).join(' ');
  const cores = `${coresUsed.toFixed(2)} cores used, all ${Math.round(busyShare * 100)} % busy`;
  return `${time}; copies: ${seederCopies.toFixed(3)} by the seeder, ${others}; ${cores}`;
}

interface Rounds {
  readonly contender: Contender;
  readonly scenario: Scenario;
  /** Seconds. */
  readonly bound: number;
}

/** Of the rounds in which it came to an end. */
export function figuresOf(outcomes: readonly Outcome[], { contender, scenario, bound }: Rounds): Figure[] {
  const name = `${scenario.name}, ${contender.name}`;
  const unfinished = { what: `${name}: rounds without an end`, value: scenario.rounds - outcomes.length, unit: '' };
  if (outcomes.length === 0) return [unfinished];
  const times = outcomes.map(({ seconds }) => seconds);
  const copies = outcomes.map(({ seederCopies }) => seederCopies);
  const wanted = contender === ownClients ? { wanted: under(1.1) } : {};
  return [
    ...(unfinished.value > 0 ? [unfinished] : []),
    ...times.map((value, index) => ({ what: `${name}: round ${index + 1}`, value, unit: 's' })),
    { what: `${name}: median`, value: median(times), unit: 's' },
    { what: `${name}: median / bound`, value: median(times) / bound, unit: '', ...wanted },
    ...copies.map((value, index) => ({ what: `${name}: copies by the seeder in round ${index + 1}`, value, unit: '' })),
    { what: `${name}: copies by the seeder, median`, value: median(copies), unit: '', ...wanted },
    {
      what: `${name}: copies by a downloader, mean`,
      value: mean(outcomes.flatMap((of) => of.downloaderCopies)),
      unit: '',
    },
    { what: `${name}: cores used by it`, value: mean(outcomes.map((of) => of.coresUsed)), unit: '' },
    { what: `${name}: all cores busy`, value: 100 * mean(outcomes.map((of) => of.busyShare)), unit: '%' },
  ];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
