/** One random run: a cluster and its weather, all from the seed. */
import type { Taste } from './clients/commands.js';
import { Cluster } from './cluster.js';
import { Dice } from './dice.js';
import { type FaultCounts, Faults } from './faults/faults.js';
import type { Counts, StepListener } from './witness/witness.js';

export interface Summary {
  readonly counts: Counts;
  readonly faults: FaultCounts;
  readonly conflicts: number;
  readonly simulatedMs: number;
}

type Kind = keyof Pick<
  Faults,
  'crash' | 'crashAll' | 'loseDisk' | 'fillDisk' | 'cut' | 'partition' | 'breakLink' | 'hang' | 'stepClock' | 'retire'
>;

/** How often each fault comes, against the others. */
const weights: readonly (readonly [Kind, number])[] = [
  ['crash', 6],
  ['crashAll', 0.5],
  ['loseDisk', 2],
  ['fillDisk', 0.5],
  ['cut', 4],
  ['partition', 2],
  ['breakLink', 2],
  ['hang', 2],
  ['stepClock', 1],
  ['retire', 0.3],
];

/** Every fault kind is left out of some runs, so that others get to act undisturbed. */
function kindsOf(dice: Dice): Kind[] {
  const kinds = weights.flatMap(([kind, weight]) =>
    dice.chance(0.6) ? new Array<Kind>(Math.ceil(weight * 2)).fill(kind) : [],
  );
  return kinds.length > 0 ? kinds : ['crash'];
}

function tasteOf(chance: number): Taste {
  if (chance < 0.1) return 'memberships';
  return chance < 0.9 ? 'all' : 'sessions';
}

/** Runs a seed to its end. Throws the first violation. */
export function runScenario(seed: number, onStep?: StepListener): Summary {
  // Its own dice: what kind of world it is does not depend on what happens in it.
  const dice = new Dice(seed ^ 0x5eed);
  const size = dice.pick([2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 5]);
  const skewMs = dice.pick([0, 100, 5_000, 29_000]);
  const lastingMs = dice.pick([500, 4_000, 15_000]);
  // In proportion, so that there is about as much to break in a long run as in a short one.
  const pauseMs = lastingMs / dice.pick([2, 5]);
  // What each does costs the square of how many there are.
  const thinkMs = (lastingMs / dice.pick([2, 6, 12])) * (size / 2) ** 2;
  const cluster = new Cluster({
    seed,
    size,
    topology: size > 2 && dice.chance(0.25) ? 'chain' : 'mesh',
    skewMs,
    delayMs: dice.pick([1, 10, 100]),
    flushMs: dice.pick([0.5, 5, 50]),
    clients: dice.pick([2, 2, 3]),
    isEncoded: dice.chance(0.1),
    thinkMs,
    window: dice.pick([1, 1, 3]),
    taste: tasteOf(dice.next()),
    onStep,
  });
  const faults = new Faults(cluster, { skewMs, lastingMs, mayLoseOnlyCopies: dice.chance(0.05) });
  const kinds = kindsOf(dice);
  const beginning = cluster.agenda.now;
  for (const machine of cluster.machines) cluster.agenda.after(cluster.dice.below(200), () => machine.start());
  cluster.letClientsIn();
  cluster.run(dice.pick([0, 2_000]));
  const rounds = dice.pick([1, 1, 1, 2]);
  for (let round = 0; round < rounds; round++) {
    for (let fault = dice.between(2, 7); fault > 0; fault--) {
      cluster.run(dice.below(2 * pauseMs));
      faults[dice.pick(kinds)]();
    }
    // Calm, so that the next storm has something to break.
    cluster.run(dice.below(lastingMs));
  }
  let { conflicts } = cluster.conclude();
  if (dice.chance(0.2)) {
    // What they agree on has to be on their disks as well.
    for (const machine of cluster.machines) machine.crash();
    ({ conflicts } = cluster.conclude());
  }
  return {
    counts: cluster.witness.counts,
    faults: faults.counts,
    conflicts,
    simulatedMs: cluster.agenda.now - beginning,
  };
}
