/** What a tracker finds around it: its machine, the others, and who watches. */
import type { Replica, ReplicaAnswer, ReplicaEffect, ReplicaOptions, Ticket } from '@p2p/state';
import type { Agenda } from '../agenda.js';
import type { Dice } from '../dice.js';
import type { Disk } from '../disk/disk.js';
import type { Network, Station } from '../network/network.js';
import type { Witness } from '../witness/witness.js';
import type { WallClock } from './clock.js';
import type { Waited } from './inputs.js';

export interface Answered {
  readonly slot: number;
  readonly replica: Replica;
  readonly ticket: Ticket;
  /** Undefined where nobody waits under this ticket, or not any more. */
  readonly waited: Waited | undefined;
  readonly answer: ReplicaAnswer;
}

export interface Surroundings {
  readonly slot: number;
  readonly agenda: Agenda;
  readonly dice: Dice;
  readonly network: Network;
  readonly disk: Disk;
  readonly clock: WallClock;
  readonly witness: Witness;
  readonly replicaOptions: ReplicaOptions;
  /** Slots that this one can be connected to. */
  readonly neighbours: readonly number[];
  /** Whatever runs in a slot at the moment. */
  readonly stationAt: (slot: number) => Station | undefined;
  readonly flushMs: () => number;
  /** Whether messages go through the codec. */
  readonly isEncoded: boolean;
  readonly answered: (what: Answered) => void;
  /** Every step of a replica, for whoever reads along. */
  readonly stepped: (input: { readonly kind: string }, effects: readonly ReplicaEffect[]) => void;
  /** The disk is full: this process is over. */
  readonly failed: () => void;
  /** Runs an action of the tracker; a bug in it is a violation. */
  readonly guarded: (action: () => void) => void;
}
