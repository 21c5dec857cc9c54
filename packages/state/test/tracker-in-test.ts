/** A tracker of a test's network: a replica, and what its shell would know of it. */
import type { ClusterId, IncarnationId, SyncRefuse, Vector } from '@p2p/protocol';
import { Replica, stateDigest } from '../src/index.js';
import { sha256 } from './world.js';

export interface TrackerOptions {
  readonly slots: readonly number[];
  readonly cluster: ClusterId;
  /** How far its wall clock is ahead of the network's. */
  readonly skewMs: number;
}

export class Tracker {
  readonly replica: Replica;
  readonly skewMs: number;
  /** What its operator was told. */
  readonly refusals: { by: 'us' | 'them'; reason: SyncRefuse['reason']; slot: number | undefined }[] = [];
  /** Slots by `linked` and `unlinked`. */
  readonly linked = new Set<number>();
  /** What it has said that it holds. */
  claimed: Vector = {};

  constructor(
    readonly slot: number,
    readonly incarnation: IncarnationId,
    { slots, cluster, skewMs }: TrackerOptions,
  ) {
    this.replica = new Replica({ cluster, slot, incarnation, slots, sha256 });
    this.skewMs = skewMs;
  }

  /** All by which two trackers are compared. */
  summary() {
    const { replica } = this;
    return {
      operations: replica.operationCount,
      digest: replica.digest(),
      state: stateDigest(replica.state, sha256),
    };
  }
}
