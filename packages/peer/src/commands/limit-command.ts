/** How fast this client may be, and how much it does at a time. It is a matter of this machine: it needs no log-in. */
import { MAX_RUNNING_DOWNLOADS } from '@p2p/protocol';
import type { Peer } from '../api.js';
import type { Downloads } from '../fetching/downloads.js';
import type { RateLimits } from '../sharing/rate-limits.js';

export interface LimitCommandContext {
  readonly downloads: Downloads;
  readonly limits: RateLimits;
}

export function limitCommand({ downloads, limits }: LimitCommandContext): Pick<Peer, 'limit' | 'limitRunning'> {
  return {
    limit(direction, bytesPerSecond) {
      limits[direction].setRate(bytesPerSecond);
      return { ok: true, result: limits.row() };
    },

    limitRunning(count) {
      const running = count === 0 ? MAX_RUNNING_DOWNLOADS : Math.min(count, MAX_RUNNING_DOWNLOADS);
      downloads.setMaxRunning(running);
      return { ok: true, result: { running } };
    },
  };
}
