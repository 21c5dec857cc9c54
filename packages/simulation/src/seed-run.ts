/** One seed: a random scenario, or now and then one of the schedules; and what is added up over many. */
import { noFaults } from './faults/faults.js';
import { runScenario, type Summary } from './scenario.js';
import { runSchedule, schedules } from './schedules.js';
import { tracer } from './trace.js';
import { noCounts, type StepListener } from './witness/witness.js';

/** Every so many seeds it is a schedule's turn. */
const SCHEDULE_EVERY = 25;

export interface Totals {
  seeds: number;
  simulatedMs: number;
  conflicts: number;
  readonly counts: Summary['counts'];
  readonly faults: Summary['faults'];
}

/** What a seed has broken. */
export interface Failure {
  readonly seed: number;
  /** Name of the schedule; undefined where chance ruled alone. */
  readonly schedule: string | undefined;
  readonly message: string;
}

export function noTotals(): Totals {
  return { seeds: 0, simulatedMs: 0, conflicts: 0, counts: noCounts(), faults: noFaults() };
}

export function addTo(totals: Totals, more: Totals): void {
  totals.seeds += more.seeds;
  totals.simulatedMs += more.simulatedMs;
  totals.conflicts += more.conflicts;
  addFields(totals.counts, more.counts);
  addFields(totals.faults, more.faults);
}

function addFields<T extends { [K in keyof T]: number }>(sums: T, more: T): void {
  for (const name of Object.keys(sums) as (keyof T)[]) (sums[name] as number) += more[name];
}

/** The schedule whose turn it is with this seed; undefined where chance rules alone. */
function scheduleOf(seed: number): string | undefined {
  const names = Object.keys(schedules);
  return seed % SCHEDULE_EVERY === 0 ? names[(seed / SCHEDULE_EVERY) % names.length] : undefined;
}

export interface SeedRange {
  readonly first: number;
  readonly count: number;
  /** All seeds run this one; without it, each what {@link scheduleOf} says. */
  readonly schedule: string | undefined;
  /** Whether each step is printed. */
  readonly trace: boolean;
}

export interface RunSeeds {
  readonly totals: Totals;
  readonly failures: readonly Failure[];
}

export function runSeeds({ first, count, schedule, trace }: SeedRange): RunSeeds {
  const totals = noTotals();
  const failures: Failure[] = [];
  const onStep = trace ? tracer((line) => void process.stdout.write(`${line}\n`)) : undefined;
  for (let seed = first; seed < first + count; seed++) {
    const result = runSeed(seed, schedule ?? scheduleOf(seed), onStep);
    if ('message' in result) failures.push(result);
    else addTo(totals, result);
  }
  return { totals, failures };
}

function runSeed(seed: number, schedule: string | undefined, onStep?: StepListener): Totals | Failure {
  try {
    const summary = schedule === undefined ? runScenario(seed, onStep) : runSchedule(schedule, seed, onStep);
    return { seeds: 1, ...summary };
  } catch (error) {
    return { seed, schedule, message: error instanceof Error ? error.message : String(error) };
  }
}
