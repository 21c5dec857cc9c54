/** What merges of two trackers had to rename, for whoever is logged in. */
import type { ReplyTo } from '@p2p/protocol';
import type { ConflictRow, Peer } from '../api.js';
import type { Account } from '../tracker-session/account.js';
import type { TrackerSession } from '../tracker-session/tracker-session.js';
import { allPages } from './all-pages.js';
import { checkSession } from './checks.js';

/** The last moment that a Date can be, ms. A tracker's clock may say anything. */
const LAST_DATE_MS = 8_640_000_000_000_000;

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
  const time = new Date(Math.min(at, LAST_DATE_MS)).toISOString();
  return { kind, from, to, at: time, ...(group === undefined ? {} : { group }) };
}
