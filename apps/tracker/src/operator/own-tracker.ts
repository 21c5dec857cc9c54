/** Finds the tracker that a subcommand is about: its line, its directory, and the key by which it is spoken to. */
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadTrackerInfo, type Place } from '@p2p/command-line';
import type { ClusterId, TrackerEntry } from '@p2p/protocol';
import type { OwnTrackerArguments } from '../arguments.js';
import { ClusterKeys } from '../cluster-keys/cluster-keys.js';

export interface OwnTracker {
  readonly own: TrackerEntry;
  /** Every line, its own included. */
  readonly trackers: readonly TrackerEntry[];
  readonly keys: ClusterKeys;
  readonly cluster: ClusterId;
  /** Where its data directory is, or would be. */
  readonly directory: string;
}

export type Found = ({ readonly ok: true } & OwnTracker) | { readonly ok: false; readonly message: string };

const failed = (message: string): Found => ({ ok: false, message });

/** `except`: the number of a tracker that is not meant where another one may be. */
export async function findOwnTracker(words: OwnTrackerArguments, place: Place, except?: number): Promise<Found> {
  const info = await loadTrackerInfo(words.trackerInfo, place.directory);
  if (!info.ok) return info;
  const { trackers, directory: folder } = info;
  const directoryOf = (number: number) => join(folder, '.p2p', `tracker-${number}`);
  const candidates = await candidatesAmong(trackers, words, directoryOf);
  const [own, other] = candidates.length > 1 ? candidates.filter(({ number }) => number !== except) : candidates;
  if (own === undefined && words.tracker !== undefined)
    return failed(`tracker_info.txt names ${trackers.length} trackers; there is no ${words.tracker}`);
  if (own === undefined) return failed(`no tracker has its data directory in ${folder} – give --tracker NUMBER`);
  if (other !== undefined)
    return failed(`which tracker is to be asked, ${own.number} or ${other.number}? – give --tracker NUMBER`);
  const keyPath = join(folder, 'cluster.key');
  if (!(await exists(keyPath)))
    return failed(`${keyPath} is missing: nobody but a tracker of this cluster has that key`);
  const opened = await ClusterKeys.open(keyPath, false);
  if (!opened.ok) return opened;
  const { keys } = opened;
  const directory = words.dataDirectory ?? directoryOf(own.number);
  return { ok: true, own, trackers, keys, cluster: keys.cluster, directory };
}

/** The trackers that may be meant. */
async function candidatesAmong(
  trackers: readonly TrackerEntry[],
  { tracker, dataDirectory }: OwnTrackerArguments,
  directoryOf: (number: number) => string,
): Promise<readonly TrackerEntry[]> {
  if (tracker !== undefined) return trackers.filter(({ number }) => number === tracker);
  // Its directory was named, wherever it lies: any may be meant.
  if (dataDirectory !== undefined) return trackers;
  const here = await Promise.all(trackers.map(({ number }) => isDirectory(directoryOf(number))));
  return trackers.filter((_, index) => here[index]);
}

export async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
