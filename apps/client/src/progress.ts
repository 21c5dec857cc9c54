/** The one line of progress at a prompt: the file being read for an upload, else the downloads. */

import { basename } from 'node:path';
import type { DownloadStatus, PeerEvent } from '@p2p/peer';
import { counted, downloadLine, formatPercent, sentence } from './human-output.js';

/** The first running download, and how many more there are; undefined where none is. */
export function downloadProgress(downloads: readonly DownloadStatus[]): string | undefined {
  const [first, ...more] = downloads.filter(({ state }) => state === 'downloading');
  if (first === undefined) return undefined;
  return downloadLine(first) + (more.length === 0 ? '' : `  and ${counted(more.length, 'more download')}`);
}

/** How far a file has been read; undefined once it is whole. */
export function hashingProgress({ path, done, bytes }: Extract<PeerEvent, { event: 'hashing' }>): string | undefined {
  return done >= bytes ? undefined : sentence`reading ${basename(path)}  ${formatPercent(done, bytes)}`;
}
