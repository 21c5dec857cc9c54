/**
 * What a client remembers of its shares and downloads, as it was found in the data directory. Records that make no
 * sense are left out and forgotten, and so is what nothing refers to any more.
 */
import { MAX_ENDED_DOWNLOADS } from '@p2p/protocol';
import type { ContentTree } from '@p2p/swarm';
import {
  type DownloadRecord,
  downloadKey,
  type ProgressRecord,
  progressKey,
  readDownload,
  readProgress,
} from './download-records.js';
import { type RecordChange, RecordStore } from './record-store.js';
import type { RecordBody } from './sealed-record.js';
import { isOfKind, readShare, readTree, type ShareRecord, treeKey } from './share-records.js';
import { Trees } from './trees.js';

/** A download, and how far it was. */
export interface KeptDownload {
  readonly record: DownloadRecord;
  readonly progress: ProgressRecord | undefined;
}

export interface KeptLibrary {
  readonly store: RecordStore;
  readonly shares: readonly ShareRecord[];
  readonly downloads: readonly KeptDownload[];
  readonly trees: Trees;
  /** What is wrong with what was found, in sentences for a person. */
  readonly complaints: readonly string[];
}

type Records = ReadonlyMap<string, RecordBody>;

/** Never rejects: what can't be read is complained about. */
export async function openLibrary(directory: string): Promise<KeptLibrary> {
  const { store, records, complaint } = await RecordStore.open(directory);
  const shares = readAll(records, 'share', readShare);
  const all = readAll(records, 'download', readDownload);
  const downloads = keptDownloads(records, [...all.values()]);
  const trees = neededTrees(records, [
    ...[...shares.values()].map((share) => treeKey(share)),
    ...downloads.map(({ record }) => treeKey(record.metadata)),
  ]);
  const kept = new Set([...shares.keys(), ...trees.keys(), ...downloads.flatMap(keysOf)]);
  const useless = [...records.keys()].filter((key) => !kept.has(key));
  await store.write(useless.map((key): RecordChange => [key, undefined]));
  const senseless = useless.filter((key) => (isOfKind('share', key) || isOfKind('download', key)) && !all.has(key));
  const complaints = complaint === undefined ? [] : [complaint];
  if (senseless.length > 0) complaints.push(senselessComplaint(directory, senseless.length));
  return { store, shares: [...shares.values()], downloads, trees: new Trees(trees), complaints };
}

function senselessComplaint(directory: string, count: number): string {
  return `${count} of the shares and downloads in ${directory} make no sense to this program, and are forgotten – see show_downloads, and upload again what is no longer shared`;
}

/** All that are under way, and of those that have ended the latest. */
function keptDownloads(records: Records, all: readonly DownloadRecord[]): KeptDownload[] {
  const inOrder = [...all].sort((one, other) => one.order - other.order);
  const ended = inOrder.filter(({ state }) => state === 'complete' || state === 'failed');
  const forgotten = new Set(ended.slice(0, Math.max(0, ended.length - MAX_ENDED_DOWNLOADS)));
  return inOrder
    .filter((record) => !forgotten.has(record))
    .map((record) => {
      const body = records.get(progressKey(record));
      return { record, progress: body === undefined ? undefined : readProgress(body, record) };
    });
}

function keysOf({ record, progress }: KeptDownload): string[] {
  return progress === undefined ? [downloadKey(record)] : [downloadKey(record), progressKey(record)];
}

function neededTrees(records: Records, keys: readonly string[]): Map<string, ContentTree> {
  const needed = new Set(keys);
  return new Map([...readAll(records, 'tree', readTree)].filter(([key]) => needed.has(key)));
}

/** All records of a kind that make sense, by their keys. */
function readAll<T>(
  records: Records,
  kind: Parameters<typeof isOfKind>[0],
  read: (body: RecordBody) => T | undefined,
): Map<string, T> {
  const found = new Map<string, T>();
  for (const [key, body] of records) {
    const value = isOfKind(kind, key) ? read(body) : undefined;
    if (value !== undefined) found.set(key, value);
  }
  return found;
}
