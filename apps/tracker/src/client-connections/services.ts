/** What a client's connection works with: handed to every connection, owned by the tracker. */
import type { Signer } from '@p2p/statements';
import type { ClusterKeys } from '../cluster-keys/cluster-keys.js';
import type { Log } from '../log.js';
import type { LogIns } from '../log-ins/log-ins.js';
import type { ReachChecks } from '../reachability/reach-checks.js';
import type { PresenceBoard } from '../replication/presence-board.js';
import type { ReplicatedState } from '../replication/replicated-state.js';
import type { DialRequests } from './dial-requests.js';
import type { Sharers } from './sharers.js';
import type { SwarmWatchers } from './swarm-watchers.js';

export interface Services {
  readonly slot: number;
  readonly keys: ClusterKeys;
  readonly replicated: ReplicatedState;
  readonly board: PresenceBoard;
  readonly watchers: SwarmWatchers;
  readonly sharers: Sharers;
  readonly reach: ReachChecks;
  readonly dialRequests: DialRequests;
  /** Who has the cluster's key, now. */
  readonly signer: () => Signer;
  readonly logIns: LogIns;
  readonly log: Log;
  /** Resolves when this tracker has asked the others what it missed: no client is answered before. */
  readonly ready: Promise<void>;
}
