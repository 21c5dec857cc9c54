/**
 * What a client remembers of its shares and downloads, as it was found in the data directory. Records that make no
 * sense are left out and forgotten, and so are trees that nothing refers to any more.
 */
import type { ContentTree } from '@p2p/swarm';
import { type RecordChange, RecordStore } from './record-store.js';
import type { RecordBody } from './sealed-record.js';
import { isOfKind, readShare, readTree, type ShareRecord, treeKey } from './share-records.js';
import { Trees } from './trees.js';

export interface KeptLibrary {
  readonly store: RecordStore;
  readonly shares: readonly ShareRecord[];
  readonly trees: Trees;
  /** What is wrong with what was found, in sentences for a person. */
  readonly complaints: readonly string[];
}

/** Never rejects: what can't be read is complained about. */
export async function openLibrary(directory: string): Promise<KeptLibrary> {
  const { store, records, complaint } = await RecordStore.open(directory);
  const shares = readAll(records, 'share', readShare);
  const trees = readAll(records, 'tree', readTree);
  const wanted = new Set([...shares.values()].map((share) => treeKey(share)));
  const used = new Map([...trees].filter(([key]) => wanted.has(key)));
  const kept = new Set([...shares.keys(), ...used.keys()]);
  const useless = [...records.keys()].filter((key) => !kept.has(key));
  await store.write(useless.map((key): RecordChange => [key, undefined]));
  const misread = useless.length - (trees.size - used.size);
  const complaints = complaint === undefined ? [] : [complaint];
  if (misread > 0)
    complaints.push(
      `${misread} records of shares and downloads in ${directory} make no sense to this program, and are forgotten`,
    );
  return { store, shares: [...shares.values()], trees: new Trees(used), complaints };
}

/** All records of a kind that make sense, by their keys. */
function readAll<T extends ShareRecord | ContentTree>(
  records: ReadonlyMap<string, RecordBody>,
  kind: 'share' | 'tree',
  read: (body: RecordBody) => T | undefined,
): Map<string, T> {
  const found = new Map<string, T>();
  for (const [key, body] of records) {
    const value = isOfKind(kind, key) ? read(body) : undefined;
    if (value !== undefined) found.set(key, value);
  }
  return found;
}
