/** The commands about this client's own downloads. */
import { refusal } from '@p2p/protocol';
import type { Answer, DownloadAnswer, Peer } from '../api.js';
import type { Download } from '../fetching/download.js';
import type { Downloads } from '../fetching/downloads.js';
import type { Account } from '../tracker-session/account.js';
import type { SwarmSubscriptions } from '../tracker-session/swarm-subscriptions.js';
import { whyAbsent } from './absence.js';
import { checkRequest } from './checks.js';

export interface DownloadCommandsContext {
  readonly account: Account;
  readonly downloads: Downloads;
  readonly swarms: SwarmSubscriptions;
}

type DownloadCommands = Pick<
  Peer,
  'downloadFile' | 'showDownloads' | 'wait' | 'pauseDownload' | 'resumeDownload' | 'cancelDownload' | 'explain'
>;

export function downloadCommands(context: DownloadCommandsContext): DownloadCommands {
  const { account, downloads, swarms } = context;
  return {
    async downloadFile(group, file, destination) {
      const checked = checkRequest(account, { kind: 'group', text: group }, { kind: 'file', text: file });
      if (!checked.ok) return checked;
      return downloads.start({ group: checked.names[0], file: checked.names[1], destination });
    },

    showDownloads: () => ({ ok: true, result: { downloads: downloads.statuses() } }),

    pauseDownload: (...names) => steer(context, names, (group, file) => downloads.pause(group, file)),
    resumeDownload: (...names) => steer(context, names, (group, file) => downloads.resume(group, file)),
    cancelDownload: (...names) => steer(context, names, (group, file) => downloads.cancel(group, file)),

    async explain(group, file) {
      const checked = checkRequest(account, { kind: 'group', text: group }, { kind: 'file', text: file });
      if (!checked.ok) return checked;
      const explanation = downloads.explain(...checked.names);
      if (explanation !== undefined) return { ok: true, result: explanation };
      return whyAbsent(swarms, checked.names, refusal('no_such_download'));
    },

    async wait(seconds) {
      const idle = await downloads.whenIdle(seconds === undefined ? undefined : seconds * 1_000);
      if (!idle) return refusal('timed_out', 'downloads are still under way');
      const count = (state: string): number => downloads.statuses().filter((status) => status.state === state).length;
      return { ok: true, result: { complete: count('complete'), failed: count('failed') } };
    },
  };
}

type Act = (group: string, file: string) => Promise<Download | undefined>;

/** What this client does with a download of its own it asks no tracker for; only why it can't is for one to say. */
async function steer(
  { account, downloads, swarms }: DownloadCommandsContext,
  [typedGroup, typedFile]: readonly [group: string, file: string],
  act: Act,
): Promise<Answer<DownloadAnswer>> {
  const checked = checkRequest(account, { kind: 'group', text: typedGroup }, { kind: 'file', text: typedFile });
  if (!checked.ok) return checked;
  const [group, file] = checked.names;
  const download = await act(group, file);
  if (download !== undefined) return { ok: true, result: { group, file, state: download.state } };
  const ended = downloads.named(group, file)?.state;
  const message = ended === undefined ? undefined : `this download is ${ended} already`;
  return whyAbsent(swarms, checked.names, refusal('no_such_download', message));
}
