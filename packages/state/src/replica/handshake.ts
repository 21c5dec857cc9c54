/** Whether another tracker's INIT is one to link with, and which side, if any, has to begin anew with the other's state. */
import { MAX_CLOCK_SKEW_MS, PROTOCOL_VERSION, type SyncInit, type SyncRefuse, type Vector } from '@p2p/protocol';
import type { Slot } from '../state.js';
import type { ReplicaBase, ReplicaOptions } from './interface.js';
import { covers, seqIn } from './vectors.js';

export type Refused = Pick<SyncRefuse, 'reason' | 'detail'>;

export function judgeInit(own: ReplicaOptions, init: SyncInit, now: number): Refused | undefined {
  if (init.cluster !== own.cluster) {
    return {
      reason: 'other_cluster',
      detail: `the clusters differ: ${own.cluster} here, ${init.cluster} there; copy cluster.key from one to the other`,
    };
  }
  if (init.protocol !== PROTOCOL_VERSION) {
    return {
      reason: 'unsupported_version',
      detail: `protocol ${PROTOCOL_VERSION} here, ${init.protocol} there; run the same release on both`,
    };
  }
  if (init.slot === own.slot) {
    return {
      reason: 'slot_taken',
      detail: `both say that they are tracker ${own.slot}; start one with its own number`,
    };
  }
  if (!own.slots.includes(init.slot)) {
    return {
      reason: 'not_in_tracker_info',
      detail: `tracker_info.txt here has no line ${init.slot}; use the same file on both`,
    };
  }
  const skewMs = Math.abs(init.wallClock - now);
  if (skewMs > MAX_CLOCK_SKEW_MS) {
    return { reason: 'clock_skew', detail: `the clocks differ by ${Math.round(skewMs / 1000)} s; set both right` };
  }
  return undefined;
}

export function slotTaken(slot: number): Refused {
  return {
    reason: 'slot_taken',
    detail: `another tracker ${slot} with a data directory of its own is linked; stop one of the two`,
  };
}

export const historiesDiffer: Refused = {
  reason: 'histories_differ',
  detail:
    'each has final operations that the other has not; ' +
    'stop the tracker that knows less, empty its data directory, and start it again',
};

/** What this side knows of itself, and of who is who. */
export interface OwnStanding {
  readonly slot: number;
  readonly incarnation: ReplicaBase['incarnation'];
  readonly joined: boolean;
  readonly have: Vector;
  /** What is folded: it can't be sent as operations any more. */
  readonly folded: Vector;
  /** Who has the other side's slot. */
  readonly slotOfPeer: Slot | undefined;
}

/**
 * Which side begins anew, by taking over the other's state and proposing its own operations again. It does so whose
 * operations could belong before what has become final without it:
 * - one that is not part of the cluster's history yet, when it meets one that is;
 * - one whose own operations the other has more of: its disk was restored from an older copy, and it would number new
 *   operations like old ones;
 * - one whose slot was given to another incarnation, or retired, while it was away;
 * - one that lacks what the other has folded.
 */
export function whoBeginsAnew(own: OwnStanding, init: SyncInit): 'here' | 'there' | undefined {
  const { have, incarnation } = own;
  const hereRestored = seqIn(init.have, incarnation) > seqIn(have, incarnation);
  const thereRestored = seqIn(have, init.incarnation) > seqIn(init.have, init.incarnation);
  const here = hereRestored || (init.joined && !own.joined);
  const there =
    thereRestored ||
    (own.joined && !init.joined) ||
    isReplaced(own, init.incarnation) ||
    !covers(init.have, own.folded);
  // Two restored copies meet: both sides choose alike.
  if (here && there) return own.joined === init.joined ? lower(own.slot, init.slot) : init.joined ? 'here' : 'there';
  return here ? 'here' : there ? 'there' : undefined;
}

/** Somebody else has greeted from this incarnation's slot since, or it was retired. */
function isReplaced({ have, slotOfPeer }: OwnStanding, incarnation: ReplicaBase['incarnation']): boolean {
  return seqIn(have, incarnation) > 0 && slotOfPeer?.incarnations.includes(incarnation) === false;
}

function lower(own: number, other: number): 'here' | 'there' {
  return own < other ? 'there' : 'here';
}
