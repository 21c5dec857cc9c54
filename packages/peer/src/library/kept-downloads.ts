/** The downloads of all users of this client, as the store has them or is about to. */
import type { ContentTree } from '@p2p/swarm';
import {
  type DownloadName,
  type DownloadRecord,
  downloadKey,
  type ProgressRecord,
  progressKey,
  writeDownload,
  writeProgress,
} from './download-records.js';
import type { KeptDownload, KeptLibrary } from './kept-library.js';
import type { RecordChange } from './record-store.js';

export class KeptDownloads {
  readonly #kept: Pick<KeptLibrary, 'store' | 'trees'>;
  readonly #byKey = new Map<string, KeptDownload>();
  #nextOrder = 0;

  constructor(kept: Pick<KeptLibrary, 'store' | 'trees' | 'downloads'>) {
    this.#kept = kept;
    for (const download of kept.downloads) {
      this.#byKey.set(downloadKey(download.record), download);
      this.#nextOrder = Math.max(this.#nextOrder, download.record.order + 1);
    }
  }

  /** A place at the end of the list. */
  nextOrder(): number {
    return this.#nextOrder++;
  }

  /** Those of a user, in the order of the list. */
  of(user: string): KeptDownload[] {
    const own = [...this.#byKey.values()].filter(({ record }) => record.user === user);
    return own.sort((one, other) => one.record.order - other.record.order);
  }

  /** True when it is on disk; false where that can't be now. */
  save(record: DownloadRecord): Promise<boolean> {
    const key = downloadKey(record);
    this.#byKey.set(key, { record, progress: this.#byKey.get(key)?.progress });
    return this.#kept.store.write([[key, writeDownload(record)]]);
  }

  /** As {@link save}. Nothing where the download has been forgotten meanwhile. */
  async saveProgress(name: DownloadName, progress: ProgressRecord, tree: ContentTree): Promise<boolean> {
    const found = this.#byKey.get(downloadKey(name));
    if (found === undefined) return false;
    this.#byKey.set(downloadKey(name), { ...found, progress });
    const change: RecordChange = [progressKey(name), writeProgress(progress)];
    return await this.#kept.store.write([...this.#kept.trees.changesFor(tree), change]);
  }

  /** What was fetched is gone. */
  async forgetProgress(name: DownloadName): Promise<void> {
    const found = this.#byKey.get(downloadKey(name));
    if (found?.progress === undefined) return;
    this.#byKey.set(downloadKey(name), { ...found, progress: undefined });
    await this.#kept.store.write([[progressKey(name), undefined]]);
  }

  async forget(name: DownloadName): Promise<void> {
    if (!this.#byKey.delete(downloadKey(name))) return;
    await this.#kept.store.write([
      [downloadKey(name), undefined],
      [progressKey(name), undefined],
    ]);
  }

  /** An account got another name by a merge. */
  async renameUser(from: string, to: string): Promise<void> {
    const changes: RecordChange[] = [];
    for (const { record, progress } of this.of(from)) {
      const renamed = { ...record, user: to };
      this.#byKey.delete(downloadKey(record));
      this.#byKey.set(downloadKey(renamed), { record: renamed, progress });
      changes.push([downloadKey(record), undefined], [progressKey(record), undefined]);
      changes.push([downloadKey(renamed), writeDownload(renamed)]);
      if (progress !== undefined) changes.push([progressKey(renamed), writeProgress(progress)]);
    }
    await this.#kept.store.write(changes);
  }
}
