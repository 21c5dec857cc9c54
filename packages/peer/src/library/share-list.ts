/** The shares of all users of this client, as they are looked up: by the file, by where it lies, by what it is called. */
import { MAX_FORMER_SHARES } from '@p2p/protocol';
import { MultiMap } from './multi-map.js';
import { type ShareRecord, shareKey } from './share-records.js';

type Names = Pick<ShareRecord, 'user' | 'groupName' | 'name'>;

const nameKey = ({ user, groupName, name }: Names): string => JSON.stringify([user, groupName, name]);

export class ShareList {
  readonly #byKey = new Map<string, ShareRecord>();
  readonly #byPath = new MultiMap<string, ShareRecord>();
  readonly #byName = new MultiMap<string, ShareRecord>();
  /** By path: what was shared of it last, and no longer is. */
  readonly #former = new Map<string, ShareRecord>();

  /** It takes the place of what was recorded of the same file. */
  put(record: ShareRecord): void {
    const former = this.get(record);
    if (former !== undefined) this.#unlist(former);
    this.#byKey.set(shareKey(record), record);
    this.#byPath.add(record.path, record);
    this.#byName.add(nameKey(record), record);
  }

  get(share: Pick<ShareRecord, 'user' | 'id'>): ShareRecord | undefined {
    return this.#byKey.get(shareKey(share));
  }

  /** False where there is none. */
  delete(share: Pick<ShareRecord, 'user' | 'id'>): boolean {
    const record = this.get(share);
    if (record === undefined) return false;
    this.#unlist(record);
    this.#rememberFormer(record);
    return this.#byKey.delete(shareKey(record));
  }

  /** What is shared of this path: several users may, in several groups. And what was until lately. */
  at(path: string): ShareRecord[] {
    const former = this.#former.get(path);
    return [...this.#byPath.of(path), ...(former === undefined ? [] : [former])];
  }

  /** It is not what was shared of its path until lately any more. */
  forgetFormer(record: ShareRecord): void {
    if (this.#former.get(record.path) === record) this.#former.delete(record.path);
  }

  named(names: Names): ShareRecord | undefined {
    const [record] = this.#byName.of(nameKey(names));
    return record;
  }

  of(user: string): ShareRecord[] {
    return [...this.#byKey.values()].filter((record) => record.user === user);
  }

  #rememberFormer(record: ShareRecord): void {
    this.#former.delete(record.path);
    this.#former.set(record.path, record);
    const [oldest] = this.#former.keys();
    if (this.#former.size > MAX_FORMER_SHARES && oldest !== undefined) this.#former.delete(oldest);
  }

  #unlist(record: ShareRecord): void {
    this.#byPath.delete(record.path, record);
    this.#byName.delete(nameKey(record), record);
  }
}
