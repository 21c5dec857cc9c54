/** Schedules that a person thought of, because chance would seldom come upon them; the seed decides the rest. */
import { Cluster, type ClusterOptions } from './cluster.js';
import { Dice } from './dice.js';
import { Faults } from './faults/faults.js';
import type { Summary } from './scenario.js';
import { Violation } from './witness/violation.js';
import type { StepListener } from './witness/witness.js';

/** A cluster with everything in it running, clients included. */
interface Stage {
  readonly cluster: Cluster;
  readonly faults: Faults;
  readonly dice: Dice;
}

const WORK_MS = 1_500;
const SKEW_MS = 5 * 60_000;
/** Long enough for all to have dialled, and to be linked or refused. */
const REFUSED_WITHIN_MS = 15_000;

function stageOf(seed: number, options: Partial<ClusterOptions>): Stage {
  const dice = new Dice(seed ^ 0xd1ec);
  const usual = { size: dice.pick([2, 2, 3]), topology: 'mesh', skewMs: 1_000, delayMs: 10, flushMs: 2 } as const;
  const cluster = new Cluster({
    seed,
    ...usual,
    clients: 3,
    thinkMs: 200,
    window: 1,
    taste: 'all',
    isEncoded: true,
    onStep: undefined,
    ...options,
  });
  const faults = new Faults(cluster, { skewMs: 1_000, lastingMs: 2_000, mayLoseOnlyCopies: false });
  return { cluster, faults, dice };
}

function begin({ cluster }: Stage): void {
  for (const machine of cluster.machines) machine.start();
  cluster.letClientsIn();
  cluster.run(WORK_MS);
}

/** A tracker that lost its disk loses it again, while it is being given everything. */
function diskLostDuringCatchUp(stage: Stage): void {
  const { cluster, faults, dice } = stage;
  begin(stage);
  for (let time = 0; time < 4; time++) {
    faults.loseDisk(1);
    cluster.machine(1).start();
    // From before it is linked to after it has begun anew.
    cluster.run(dice.below(400));
    if (dice.chance(0.3)) faults.crash(2);
  }
}

/** A clock that is minutes off is refused, for as long as it is. */
function skewAtRejoin(stage: Stage): void {
  const { cluster, faults, dice } = stage;
  begin(stage);
  faults.loseDisk(1);
  const { clock } = cluster.machine(1);
  clock.aheadMs = dice.pick([-SKEW_MS, SKEW_MS]);
  cluster.machine(1).start();
  cluster.run(WORK_MS);
  if ((cluster.machine(1).process?.linked.size ?? 0) > 0) {
    throw new Violation(
      'linked in spite of skew',
      `tracker 1 is linked although its clock is ${SKEW_MS / 60_000} min off`,
    );
  }
  clock.aheadMs = 0;
}

/** Operations of an incarnation that is gone reach some only after its successor has long been at work. */
function formerIncarnationLate(stage: Stage): void {
  const { cluster, faults, dice } = stage;
  const { network } = cluster;
  begin(stage);
  // Tracker 3 hears of tracker 1 no more; what 1 does now only 2 knows, and then 2 is cut off as well.
  for (const other of [1, 2])
    for (const [one, two] of [
      [3, other],
      [other, 3],
    ] as const)
      network.cut(one, two);
  cluster.run(dice.below(WORK_MS));
  for (const [one, two] of [
    [1, 2],
    [2, 1],
  ] as const)
    network.cut(one, two);
  cluster.run(dice.below(500));
  faults.loseDisk(1);
  network.mend(1, 3);
  network.mend(3, 1);
  cluster.machine(1).start();
  cluster.run(WORK_MS);
}

/** What a former incarnation has sent is held up on a link that nobody has noticed to be dead; then it comes after all. */
function formerIncarnationOnOldLink(stage: Stage): void {
  const { cluster, faults, dice } = stage;
  const { network } = cluster;
  begin(stage);
  for (const other of [2, 3]) network.cut(1, other);
  cluster.run(dice.between(100, 600));
  faults.loseDisk(1);
  network.discard(1, 3);
  network.mend(1, 3);
  cluster.machine(1).start();
  cluster.run(dice.between(200, 2_500));
  network.mend(1, 2);
  cluster.run(WORK_MS);
}

/**
 * Tracker 1 has acknowledged to 2 what 3 lacks, loses its disk, and is given everything by 3; its clock is behind, so
 * that it greets as early as it may. Then 2 and 3 meet again, before they have heard of that.
 */
function giverThatLacksSome(stage: Stage): void {
  const { cluster, faults, dice } = stage;
  const { network } = cluster;
  begin(stage);
  for (const slot of [2, 3]) cluster.machine(slot).clock.aheadMs = 1_000;
  for (const other of [1, 2]) {
    network.cut(3, other);
    network.cut(other, 3);
  }
  cluster.run(dice.between(100, 400));
  network.cut(1, 2);
  network.cut(2, 1);
  faults.loseDisk(1);
  cluster.machine(1).clock.aheadMs = -1_000;
  network.mend(1, 3);
  network.mend(3, 1);
  cluster.machine(1).start();
  cluster.run(dice.between(50, 600));
  network.mend(2, 3);
  network.mend(3, 2);
  cluster.run(WORK_MS);
}

/**
 * Members come and go, and owners leave, while trackers read their state back from disks and from each other: the heir
 * has to be the same for all, in whatever order the rows have come.
 */
function heirs(stage: Stage): void {
  const { cluster, faults, dice } = stage;
  const { network } = cluster;
  begin(stage);
  for (let time = 0; time < 4; time++) {
    const slot = dice.pick(cluster.slots);
    dice.pick([faults.crash, faults.loseDisk])(slot);
    cluster.run(dice.below(WORK_MS));
    cluster.machine(slot).start();
    for (const [from, to] of [
      [1, 2],
      [2, 1],
    ] as const)
      network.cut(from, to);
    cluster.run(dice.below(WORK_MS));
    network.mendAll();
    cluster.run(WORK_MS);
  }
}

/** A backup is put back: what came after it is on the other disks. */
function restoredBackup(stage: Stage): void {
  const { cluster, dice } = stage;
  begin(stage);
  const machine = cluster.machine(1);
  const backup = machine.disk.backup();
  cluster.run(dice.below(WORK_MS));
  for (const other of cluster.slots) cluster.network.mend(1, other);
  // Whatever tracker 1 alone has told of would be lost with its disk.
  cluster.rest();
  machine.restore(backup);
  stage.faults.counts.restoredDisks += 1;
  cluster.run(dice.below(1_000));
  machine.start();
}

/** All backups are put back, of different times: what came after them is gone, but the trackers find together. */
function allRestored(stage: Stage): void {
  const { cluster, dice } = stage;
  begin(stage);
  const backups = cluster.machines.map(({ disk }) => {
    cluster.run(dice.below(1_000));
    return disk.backup();
  });
  cluster.run(dice.below(WORK_MS));
  cluster.witness.isLossy = true;
  cluster.machines.forEach((machine, at) => {
    machine.restore(backups[at] as (typeof backups)[number]);
    stage.faults.counts.restoredDisks += 1;
  });
  cluster.run(500);
  for (const machine of cluster.machines) machine.start();
  emptyWhereTold(stage);
}

/** Histories may have parted; then their operators are told to empty the directory of whoever stands alone, or knows less. */
function emptyWhereTold({ cluster, faults }: Stage): void {
  for (const _ of cluster.slots) {
    cluster.run(REFUSED_WITHIN_MS);
    const up = cluster.machines.filter(({ process }) => process !== undefined);
    const isLinked = up.every(({ process }) => process?.linked.size === cluster.slots.length - 1);
    if (isLinked || !cluster.witness.refusals.has('histories_differ')) return;
    const linksOf = (slot: number) => cluster.machine(slot).process?.linked.size ?? 0;
    const finalOf = (slot: number) => cluster.machine(slot).process?.replica.finalMark.count ?? 0;
    const [least] = [...cluster.slots].sort((a, b) => linksOf(a) - linksOf(b) || finalOf(a) - finalOf(b));
    if (least === undefined) return;
    cluster.machine(least).crash();
    cluster.machine(least).disk.lose();
    cluster.witness.lostDisk(least);
    faults.counts.lostDisks += 1;
    cluster.machine(least).start();
  }
}

/** A tracker is given up, and comes back: with its disk or without. */
function retiredAndBack(stage: Stage): void {
  const { cluster, faults, dice } = stage;
  begin(stage);
  const machine = cluster.machine(1);
  machine.crash();
  cluster.run(4_000);
  faults.retire();
  cluster.run(dice.below(WORK_MS));
  if (dice.chance(0.5)) faults.loseDisk(1);
  machine.start();
  cluster.run(dice.below(WORK_MS));
}

/** The power of all of them fails, again and again. */
function allRestarted(stage: Stage): void {
  const { cluster, dice } = stage;
  begin(stage);
  for (let time = 0; time < 4; time++) {
    for (const machine of cluster.machines) machine.crash();
    cluster.run(dice.below(300));
    for (const machine of cluster.machines) machine.start();
    cluster.run(dice.below(1_500));
  }
}

/** One disk after the other is lost, each when what it held is on another one. */
function oneDiskAfterTheOther(stage: Stage): void {
  const { cluster, faults } = stage;
  begin(stage);
  for (const slot of [...cluster.slots, ...cluster.slots]) {
    cluster.rest();
    faults.loseDisk(slot);
    cluster.machine(slot).start();
    cluster.run(500);
  }
}

/** Each is started alone with nothing, and has clients, before they meet for the first time. */
function firstMeeting(stage: Stage): void {
  const { cluster, dice } = stage;
  for (const one of cluster.slots)
    for (const other of cluster.slots) if (one !== other) cluster.network.cut(one, other);
  begin(stage);
  cluster.run(dice.below(WORK_MS));
}

interface Schedule {
  readonly run: (stage: Stage) => void;
  readonly options: Partial<ClusterOptions>;
}

const none = {};
export const schedules: Readonly<Record<string, Schedule>> = {
  'disk-lost-during-catch-up': { run: diskLostDuringCatchUp, options: { delayMs: 50 } },
  'skew-at-rejoin': { run: skewAtRejoin, options: none },
  'former-incarnation-late': { run: formerIncarnationLate, options: { size: 3 } },
  'former-incarnation-on-an-old-link': { run: formerIncarnationOnOldLink, options: { size: 3, thinkMs: 60 } },
  'giver-that-lacks-some': { run: giverThatLacksSome, options: { size: 3, thinkMs: 60 } },
  heirs: { run: heirs, options: { size: 2, clients: 6, thinkMs: 60, taste: 'memberships' } },
  'restored-backup': { run: restoredBackup, options: none },
  'all-restored': { run: allRestored, options: none },
  'retired-and-back': { run: retiredAndBack, options: none },
  'all-restarted': { run: allRestarted, options: none },
  'one-disk-after-the-other': { run: oneDiskAfterTheOther, options: none },
  'first-meeting': { run: firstMeeting, options: none },
};

/** Runs a schedule to its end. Throws the first violation. */
export function runSchedule(name: string, seed: number, onStep?: StepListener): Summary {
  const schedule = schedules[name];
  if (schedule === undefined) throw new Error(`there is no schedule ${name}`);
  const stage = stageOf(seed, { ...schedule.options, onStep });
  const { cluster, faults } = stage;
  const beginning = cluster.agenda.now;
  schedule.run(stage);
  const { conflicts } = cluster.conclude();
  return {
    counts: cluster.witness.counts,
    faults: faults.counts,
    conflicts,
    simulatedMs: cluster.agenda.now - beginning,
  };
}
