/** The commands about this client's own downloads. */
import { refusal } from '@p2p/protocol';
import type { Peer } from '../api.js';
import type { Downloads } from '../fetching/downloads.js';
import type { Account } from '../tracker-session/account.js';
import { checkRequest } from './checks.js';

export interface DownloadCommandsContext {
  readonly account: Account;
  readonly downloads: Downloads;
}

type DownloadCommands = Pick<Peer, 'downloadFile' | 'showDownloads' | 'wait'>;

export function downloadCommands({ account, downloads }: DownloadCommandsContext): DownloadCommands {
  return {
    async downloadFile(group, file, destination) {
      const checked = checkRequest(account, { kind: 'group', text: group }, { kind: 'file', text: file });
      if (!checked.ok) return checked;
      return downloads.start({ group: checked.names[0], file: checked.names[1], destination });
    },

    showDownloads: () => ({ ok: true, result: { downloads: downloads.statuses() } }),

    async wait(seconds) {
      const idle = await downloads.whenIdle(seconds === undefined ? undefined : seconds * 1_000);
      if (!idle) return refusal('timed_out', 'downloads are still under way');
      const count = (state: string): number => downloads.statuses().filter((status) => status.state === state).length;
      return { ok: true, result: { complete: count('complete'), failed: count('failed') } };
    },
  };
}
