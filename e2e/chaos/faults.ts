/** The faults of a run: each does its harm while people go on writing, and has mended it when it is over. */
import type { Dice } from './dice.js';
import { anyTracker, bothTrackers, otherThan, type TrackerNumber, type Trackers } from './trackers.js';

/** What a fault needs besides the trackers. */
export interface Surroundings {
  readonly trackers: Trackers;
  readonly dice: Dice;
  /** Lets everybody give commands; resolves when a few have been answered, so that the next thing meets the others. */
  busy(): Promise<void>;
  /** Resolves when all that was asked for has been answered. Some tracker has to be running. */
  idle(): Promise<void>;
  /** Nobody writes, and both trackers hold the same final operations: everything is on two disks. */
  agreed(): Promise<void>;
}

type Fault = (surroundings: Surroundings, number: TrackerNumber) => Promise<void>;

/** The wires in this round; whole again at its end. */
const lines: { readonly [kind: string]: (surroundings: Surroundings) => void } = {
  whole: () => undefined,
  cut: ({ trackers }) => trackers.cut(),
  'cut one way': ({ trackers, dice }) => trackers.cutOneWay(anyTracker(dice)),
  slow: ({ trackers }) => trackers.slow(),
};
const LINE_WEIGHTS = { whole: 5, cut: 2, 'cut one way': 1, slow: 2 } as const;

const faults = {
  /** One is killed in the middle of things, the other goes on alone. */
  async kill({ trackers, busy, idle }, number) {
    await busy();
    await trackers.kill(number);
    await idle();
    await busy();
    await trackers.run(number);
  },

  /** Both are killed, and come back in any order. */
  async 'kill both'({ trackers, dice, busy }, number) {
    await busy();
    await Promise.all(bothTrackers.map((each) => trackers.kill(each)));
    const first = dice.once(2) ? number : otherThan(number);
    await Promise.all([trackers.run(first), ...(dice.once(2) ? [trackers.run(otherThan(first))] : [])]);
    await busy();
    if (!trackers.isRunning(otherThan(first))) await trackers.run(otherThan(first));
  },

  /** One is killed, and again as soon as it is back, while it still catches up. */
  async 'kill twice'({ trackers, busy, idle }, number) {
    await busy();
    await trackers.kill(number);
    await idle();
    const program = trackers.launch(number);
    await program.line((line) => line.includes('fingerprint'));
    await trackers.kill(number);
    await busy();
    await trackers.run(number);
  },

  /** One is killed, comes back, and the other is killed at once. */
  async 'kill in turn'({ trackers, busy, idle }, number) {
    await busy();
    await trackers.kill(number);
    await idle();
    await busy();
    await trackers.run(number);
    await trackers.kill(otherThan(number));
    await idle();
    await trackers.run(otherThan(number));
  },

  /** One hangs with open sockets, and goes on. */
  async stop({ trackers, busy, idle }, number) {
    await busy();
    trackers.signal(number, 'SIGSTOP');
    await idle();
    await busy();
    trackers.signal(number, 'SIGCONT');
  },

  /** One hangs, and is killed before it could go on. */
  async 'stop and kill'({ trackers, busy, idle }, number) {
    await busy();
    trackers.signal(number, 'SIGSTOP');
    await idle();
    await trackers.kill(number);
    await busy();
    await trackers.run(number);
  },
} satisfies { readonly [kind: string]: Fault };

const FAULT_WEIGHTS = {
  kill: 4,
  'kill both': 2,
  'kill twice': 2,
  'kill in turn': 2,
  stop: 1,
  'stop and kill': 1,
} as const;

/**
 * One loses its disk, while nothing tentative is on it alone: before the first answer that the other one hasn't on
 * its disk too.
 */
const loseDisk: Fault = async ({ trackers, dice, busy, idle, agreed }, number) => {
  await agreed();
  await trackers.kill(number);
  await trackers.empty(number);
  await busy();
  await idle();
  await busy();
  if (dice.once(2)) {
    const program = trackers.launch(number);
    await program.line((line) => line.includes('fingerprint'));
    await trackers.kill(number);
  }
  await trackers.run(number);
};

/** An older copy is put in the place of a disk; it serves at once, perhaps before it meets the other one. */
const restoreBackup: Fault = async ({ trackers, dice, busy, idle, agreed }, number) => {
  await trackers.kill(number);
  await trackers.backUp(number);
  await trackers.run(number);
  await busy();
  await agreed();
  await trackers.kill(number);
  await trackers.restore(number);
  await busy();
  await idle();
  const isAlone = dice.once(2);
  if (isAlone) await trackers.kill(otherThan(number));
  await trackers.run(number);
  await busy();
  if (!isAlone) return;
  await idle();
  await trackers.run(otherThan(number));
};

/** One round, chosen by the dice: a fault of the trackers, with or without one of the wires. */
export async function round(surroundings: Surroundings): Promise<void> {
  const { trackers, dice, busy, idle, agreed } = surroundings;
  const number = anyTracker(dice);
  // What is answered now, in peace, is replicated: the promise that holds the most.
  await busy();
  if (dice.once(2)) await idle();
  if (dice.once(4)) {
    await (dice.once(2) ? loseDisk : restoreBackup)(surroundings, number);
  } else {
    const line = dice.weighed(LINE_WEIGHTS);
    lines[line]?.(surroundings);
    await faults[dice.weighed(FAULT_WEIGHTS)](surroundings, number);
    if (line !== 'whole') {
      await idle();
      trackers.heal();
    }
  }
  await idle();
  if (dice.once(2)) await agreed();
}
