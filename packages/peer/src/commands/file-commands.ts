/** The commands about the files of a group, but for sharing and fetching them. */
import { refusal } from '@p2p/protocol';
import type { Peer } from '../api.js';
import type { Downloads } from '../fetching/downloads.js';
import type { Library } from '../library/library.js';
import type { Shares } from '../library/shares.js';
import type { Announcer } from '../sharing/announcer.js';
import type { Account } from '../tracker-session/account.js';
import type { TrackerSession } from '../tracker-session/tracker-session.js';
import { allPages } from './all-pages.js';
import { checkRequest } from './checks.js';

export interface FileCommandsContext {
  readonly session: TrackerSession;
  readonly account: Account;
  readonly library: Library;
  readonly shares: Shares;
  readonly announcer: Announcer;
  readonly downloads: Downloads;
}

type FileCommands = Pick<Peer, 'listFiles' | 'stopShare' | 'removeFile'>;

export function fileCommands(context: FileCommandsContext): FileCommands {
  const { session, account, library, shares, announcer, downloads } = context;

  /** Serves nothing of it any more, now and later. False where nothing of it was shared. */
  const stopSharing = async (groupName: string, name: string): Promise<boolean> => {
    const shared = library.named(groupName, name) ?? shares.named(account.user, groupName, name);
    if (shared !== undefined) await shares.forget(shared);
    return shared !== undefined;
  };

  return {
    async listFiles(group) {
      const checked = checkRequest(account, { kind: 'group', text: group });
      if (!checked.ok) return checked;
      const pages = await allPages(
        (after) => session.ask({ type: 'list_files', group: checked.names[0], ...after }),
        (reply) => reply.files,
      );
      if (!pages.ok) return pages;
      return { ok: true, result: { files: pages.rows.map(({ id: _, ...row }) => row) } };
    },

    async stopShare(group, file) {
      const checked = checkRequest(account, { kind: 'group', text: group }, { kind: 'file', text: file });
      if (!checked.ok) return checked;
      const [groupName, name] = checked.names;
      const wasUnderWay = await downloads.stopSharing(groupName, name);
      const wasShared = await stopSharing(groupName, name);
      if (!wasUnderWay && !wasShared) {
        // Only the tracker knows whether it is the group or the file that isn't there.
        const member = await session.ask({ type: 'check_member', group: groupName });
        return member.ok ? refusal('no_such_file', 'this client does not share such a file') : member;
      }
      await announcer.settled();
      return { ok: true, result: { group: groupName, file: name } };
    },

    async removeFile(group, file) {
      const checked = checkRequest(account, { kind: 'group', text: group }, { kind: 'file', text: file });
      if (!checked.ok) return checked;
      const [groupName, name] = checked.names;
      const called = await session.change({ type: 'remove_file', group: groupName, file: name });
      if (!called.ok) return called;
      await stopSharing(groupName, name);
      const { reply } = called;
      return { ok: true, result: { group: reply.group, file: reply.file, replicated: reply.replicated } };
    },
  };
}
