/** What merges of two trackers had to rename, for whoever is logged in. */
import type { ReplyTo } from '@p2p/protocol';
import type { ConflictRow, Peer } from '../api.js';
import type { Account } from '../tracker-session/account.js';
import type { TrackerSession } from '../tracker-session/tracker-session.js';
import { allPages } from './all-pages.js';
import { checkSession } from './checks.js';
import { isoTime } from './iso-time.js';

export interface ConflictsCommandContext {
  readonly session: Pick<TrackerSession, 'ask'>;
  readonly account: Pick<Account, 'token'>;
}

export function conflictsCommand({ session, account }: ConflictsCommandContext): Pick<Peer, 'listConflicts'> {
  return {
    async listConflicts() {
      const refused = checkSession(account);
      if (refused !== undefined) return refused;
      const pages = await allPages(
        (after) => session.ask({ type: 'list_conflicts', ...after }),
        (reply) => reply.conflicts.map(rowOf),
      );
      return pages.ok ? { ok: true, result: { conflicts: pages.rows } } : pages;
    },
  };
}

function rowOf({ kind, from, to, at, group }: ReplyTo<'list_conflicts'>['conflicts'][number]): ConflictRow {
  return { kind, from, to, at: isoTime(at), ...(group === undefined ? {} : { group }) };
}
