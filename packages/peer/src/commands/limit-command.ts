/** How fast this client may be, or one of its files. It is a matter of this machine, so that only names need a log-in. */
import { type FileId, MAX_RUNNING_DOWNLOADS, refusal } from '@p2p/protocol';
import type { Peer } from '../api.js';
import type { Downloads } from '../fetching/downloads.js';
import type { Library } from '../library/library.js';
import type { RateLimits } from '../sharing/rate-limits.js';
import type { Account } from '../tracker-session/account.js';
import type { SwarmSubscriptions } from '../tracker-session/swarm-subscriptions.js';
import { whyAbsent } from './absence.js';
import { checkRequest } from './checks.js';

export interface LimitCommandContext {
  readonly account: Account;
  readonly library: Library;
  readonly downloads: Downloads;
  readonly swarms: SwarmSubscriptions;
  readonly limits: RateLimits;
}

export function limitCommand(context: LimitCommandContext): Pick<Peer, 'limit' | 'limitFile' | 'limitRunning'> {
  const { account, library, downloads, swarms, limits } = context;
  return {
    limit(direction, bytesPerSecond) {
      limits[direction].setRate(bytesPerSecond);
      return { ok: true, result: limits.row() };
    },

    async limitFile(direction, bytesPerSecond, names) {
      const checked = checkRequest(account, { kind: 'group', text: names.group }, { kind: 'file', text: names.file });
      if (!checked.ok) return checked;
      const [group, file] = checked.names;
      const id: FileId | undefined = library.named(group, file)?.id ?? downloads.named(group, file)?.id;
      if (id === undefined) {
        const absent = refusal('no_such_download', 'this client neither fetches nor shares this file');
        return whyAbsent(swarms, checked.names, absent);
      }
      limits.setFile(id, direction, bytesPerSecond);
      return { ok: true, result: { group, file, ...limits.rowOf(id) } };
    },

    limitRunning(count) {
      const running = count === 0 ? MAX_RUNNING_DOWNLOADS : Math.min(count, MAX_RUNNING_DOWNLOADS);
      downloads.setMaxRunning(running);
      return { ok: true, result: { running } };
    },
  };
}
