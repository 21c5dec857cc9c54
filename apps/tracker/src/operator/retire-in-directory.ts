/** Writes a retirement into the data directory of a tracker that does not run: as that tracker would, without its links. */
import { readdir } from 'node:fs/promises';
import { MAX_REFUSAL_DETAIL_BYTES, type OperatorReply } from '@p2p/protocol';
import { parseFileName } from '@p2p/state';
import { type DiskPort, ReplicatedState } from '../replication/replicated-state.js';
import { openDirectory } from '../storage/open-directory.js';
import type { OwnTracker } from './own-tracker.js';

export type Written =
  | { readonly ok: true; readonly reply: OperatorReply }
  /** The directory can't be used; a sentence. */
  | { readonly ok: false; readonly message: string };

const unusable = (message: string): Written => ({ ok: false, message });

/** The directory has to be locked. */
export async function retireInDirectory(tracker: Omit<OwnTracker, 'keys'>, slot: number): Promise<Written> {
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
  const written = await Promise.race([retireOn(replicated, slot), failure]);
  await disk.close();
  return written;
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

async function retireOn(replicated: ReplicatedState, slot: number): Promise<Written> {
  const answer = await replicated.operate({ type: 'retire', slot });
  if (answer.ok) return { ok: true, reply: { type: 'retired', replicated: answer.replicated } };
  return { ok: true, reply: { type: 'refused', detail: answer.message.slice(0, MAX_REFUSAL_DETAIL_BYTES) } };
}

function notEmpty(): never {
  throw new Error('a directory that keeps something has its incarnation');
}
