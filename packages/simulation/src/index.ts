/** Whole clusters on a virtual clock, network and disk, replayed from a seed. Never shipped: for tests alone. */

export { schedules } from './schedules.js';
export { type Failure, type RunSeeds, runSeeds, type SeedRange, type Totals } from './seed-run.js';
