/** `show_downloads`: every download of this client and how far it is. */
import type { DownloadStatus } from '@p2p/peer';
import { downloadLine } from '../human-output.js';
import { command } from './command.js';

/** What a script is told of a download: the root is known from `list_files`, and told again when it is complete. */
type Shown = Omit<DownloadStatus, 'root'>;

export const showDownloads = command({
  name: 'show_downloads',
  summary: 'the downloads: [Q]ueued, [D]ownloading, [P]aused, [C]omplete, [F]ailed',
  run({ peer }) {
    const answer = peer.showDownloads();
    if (!answer.ok) return answer;
    return { ok: true, result: { downloads: answer.result.downloads.map(shownPart) } };
  },
  text: ({ downloads }) =>
    downloads.length === 0 ? 'nothing was downloaded yet' : downloads.map(downloadLine).join('\n'),
});

function shownPart({ group, file, state, bytes, done, bytesPerSecond, peers, path, error }: DownloadStatus): Shown {
  return { group, file, state, bytes, done, bytesPerSecond, peers, path, ...(error === undefined ? {} : { error }) };
}
