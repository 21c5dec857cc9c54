/** How fast this client may be. It is a matter of this machine alone, so it needs no log-in. */
import type { Peer } from '../api.js';
import type { RateLimits } from '../sharing/rate-limits.js';

export interface LimitCommandContext {
  readonly limits: RateLimits;
}

export function limitCommand({ limits }: LimitCommandContext): Pick<Peer, 'limit'> {
  return {
    limit(direction, bytesPerSecond) {
      limits[direction].setRate(bytesPerSecond);
      return { ok: true, result: limits.row() };
    },
  };
}
