/**
 * Carries out what an operator wants in the data directory of a tracker that does not run: as that tracker would, without
 * its links.
 */
import { readdir } from 'node:fs/promises';
import { type OperatorCommand, parseFileName, type ReplicaAnswer } from '@p2p/state';
import { type DiskPort, ReplicatedState } from '../replication/replicated-state.js';
import { openDirectory } from '../storage/open-directory.js';
import type { OwnTracker } from './own-tracker.js';

export type Written =
  | { readonly ok: true; readonly answer: ReplicaAnswer }
  /** The directory can't be used; a sentence. */
  | { readonly ok: false; readonly message: string };

const unusable = (message: string): Written => ({ ok: false, message });

/** The directory has to be locked. */
export async function operateInDirectory(
  tracker: Omit<OwnTracker, 'keys'>,
  command: OperatorCommand,
): Promise<Written> {
  const { directory, cluster, own, trackers } = tracker;
  const names = await readdir(directory);
  if (!names.some((name) => parseFileName(name) !== undefined))
    return unusable(`${directory} is empty: start tracker ${own.number} once, so that it has what the cluster has`);
  let tellFailed: (line: string) => void = () => undefined;
  const failure = new Promise<Written>((resolve) => {
    tellFailed = (line) => resolve(unusable(line));
  });
  const expected = { cluster, slot: own.number };
  const opened = await openDirectory({ directory, expected, freshIncarnation: notEmpty, failed: tellFailed });
  if (!opened.ok) return opened;
  const { base, disk } = opened;
  const slots = trackers.map(({ number }) => number);
  const replicated = new ReplicatedState({ cluster, slot: own.number, slots, base, disk: journalOf(disk) });
  const written = replicated.operate(command).then((answer): Written => ({ ok: true, answer }));
  const first = await Promise.race([written, failure]);
  await disk.close();
  return first;
}

/** Nothing is folded: that can be done when the tracker runs again, and would go on behind the answer. */
function journalOf(disk: DiskPort): DiskPort {
  return {
    persist: (effect) => disk.persist(effect),
    fold: () => undefined,
    install: (base) => disk.install(base),
    onFlushed: (listener) => disk.onFlushed(listener),
  };
}

function notEmpty(): never {
  throw new Error('a directory that keeps something has its incarnation');
}
