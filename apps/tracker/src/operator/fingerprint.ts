/** `tracker fingerprint`: what to write into tracker_info.txt. Reads the key file and nothing else, and makes none. */
import { join } from 'node:path';
import { loadTrackerInfo, type Place } from '@p2p/command-line';
import { loadKeyFile } from '@p2p/transport';
import type { OwnTrackerArguments } from '../arguments.js';
import { newestOf } from '../cluster-keys/histories.js';
import { done, type SubcommandEnd, unusable } from './subcommand-end.js';

export async function fingerprint(words: OwnTrackerArguments, place: Place): Promise<SubcommandEnd> {
  const info = await loadTrackerInfo(words.trackerInfo, place.directory);
  if (!info.ok) return unusable(info.message);
  const { trackers, directory } = info;
  if (words.tracker !== undefined && words.tracker > trackers.length)
    return unusable(`tracker_info.txt names ${trackers.length} trackers; there is no ${words.tracker}`);
  const path = join(directory, 'cluster.key');
  const loaded = await loadKeyFile(path);
  if (loaded.ok) return done(fingerprintWord(newestOf(loaded.history).id));
  return unusable(loaded.missing ? `${path} is missing: the first start of a tracker makes it` : loaded.message);
}

/** As it stands in tracker_info.txt. */
export function fingerprintWord(key: string): string {
  return `fingerprint=sha256:${key}`;
}
