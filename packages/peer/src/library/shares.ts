/**
 * The whole files that this client shares: served through the library, remembered in the store, and brought back when
 * their user is there again. A file that has changed is forgotten; one that can't be found is remembered, since it may
 * come back with its disk.
 */
import { MAX_NOTICES_AT_ONCE } from '@p2p/protocol';
import type { HashingPool } from '../hashing/hashing-pool.js';
import { SourceFile } from '../sharing/byte-source.js';
import type { FileStamp } from '../sharing/file-stamp.js';
import { type HashedFile, hashFile } from '../sharing/hash-file.js';
import type { OpenFiles } from '../sharing/open-files.js';
import { SharedContent } from '../sharing/shared-content.js';
import type { KeptLibrary } from './kept-library.js';
import type { Library, SharedFile } from './library.js';
import { ShareList } from './share-list.js';
import { type ShareRecord, shareKey, writeShare } from './share-records.js';
import { type SourceState, stateOfSource } from './source-state.js';
import { nameOf } from './trees.js';

export interface SharesOptions {
  readonly kept: Pick<KeptLibrary, 'store' | 'shares' | 'trees'>;
  readonly library: Library;
  readonly files: OpenFiles;
  readonly hashing: HashingPool;
  /** One line for a person. */
  readonly notice: (line: string) => void;
}

/** A file's tree, and what tells that it is still the one that has it. */
type Hashed = Omit<Extract<HashedFile, { ok: true }>, 'ok'>;
type NewShare = Omit<ShareRecord, 'root' | 'bytes' | 'pieceLength' | 'stamp'>;

export class Shares {
  readonly #options: SharesOptions;
  /** Of all users, those included that are not served now. */
  readonly #records = new ShareList();

  constructor(options: SharesOptions) {
    this.#options = options;
    for (const record of options.kept.shares) this.#records.put(record);
  }

  /** The file at `path` as it was hashed before; undefined where it wasn't, or has changed since. */
  async known(path: string): Promise<Hashed | undefined> {
    for (const record of this.#records.at(path)) {
      const state = await stateOfSource(path, record.stamp);
      const tree = this.#options.kept.trees.get(record);
      if (state.is === 'same' && tree !== undefined) return { tree, stamp: state.stamp };
    }
    return undefined;
  }

  /** The file at `path` was hashed anew. What it was shared as besides, though the system says it is the same, it is not. */
  async disown(path: string, { tree }: Hashed): Promise<void> {
    const { root } = nameOf(tree);
    for (const record of this.#records.at(path)) {
      if (record.root === root) continue;
      if (this.#records.get(record) === record) this.#options.notice(await this.#lose(record, { is: 'changed' }));
      this.#records.forgetFormer(record);
    }
  }

  /** Serves a file from now on, in whatever place it was before. Resolves when it is remembered, or can't be. */
  async add(share: NewShare, hashed: Hashed): Promise<void> {
    const { kept, files } = this.#options;
    const tree = kept.trees.hold(hashed.tree);
    await files.forget(share.path);
    await this.#keep(share, hashed.stamp, SharedContent.whole(tree, new SourceFile(share.path, hashed.stamp, files)));
  }

  /** Serves what was fetched, unless an earlier copy is there that is served already. */
  async addFetched(share: NewShare, stamp: FileStamp, content: SharedContent): Promise<void> {
    const former = this.#records.get(share);
    const isThere = former !== undefined && this.#options.library.get(former)?.content.complete;
    if (isThere && (await stateOfSource(former.path, former.stamp)).is === 'same') return;
    await this.#keep(share, stamp, content);
  }

  /** What a user shares under these names, be it served now or not. */
  named(user: string | undefined, groupName: string, name: string): ShareRecord | undefined {
    return user === undefined ? undefined : this.#records.named({ user, groupName, name });
  }

  /** Serves a file no longer, now and later. */
  async forget(share: Pick<ShareRecord, 'user' | 'id'>): Promise<void> {
    this.#options.library.remove(share);
    if (this.#records.delete(share)) await this.#options.kept.store.write([[shareKey(share), undefined]]);
  }

  /** An account got another name by a merge. */
  async renameUser(from: string, to: string): Promise<void> {
    const own = this.#records.of(from);
    const renamed = own.map((record) => ({ ...record, user: to }));
    for (const record of own) this.#records.delete(record);
    for (const record of renamed) this.#records.put(record);
    const gone = own.map((record) => [shareKey(record), undefined] as const);
    const there = renamed.map((record) => [shareKey(record), writeShare(record)] as const);
    await this.#options.kept.store.write([...gone, ...there]);
  }

  /** Serves everything again that this user shared, as far as it is unchanged. Ends when another one is logged in. */
  async bringBack(user: string): Promise<void> {
    const { library, notice } = this.#options;
    const lost: string[] = [];
    for (const record of this.#records.of(user)) {
      const state = await stateOfSource(record.path, record.stamp);
      if (library.user !== user) return;
      // Uploaded again, or forgotten, meanwhile.
      if (this.#records.get(record) !== record) continue;
      const line = state.is === 'same' ? await this.#serveAgain(record, state.stamp) : await this.#lose(record, state);
      if (line !== undefined) lost.push(line);
    }
    for (const line of lost.slice(0, MAX_NOTICES_AT_ONCE)) notice(line);
    const more = lost.length - MAX_NOTICES_AT_ONCE;
    if (more > 0) notice(`and ${more} more files are no longer shared, since they were changed, moved or removed`);
  }

  /** A file that is served could not be read as it was. */
  async lost(file: SharedFile): Promise<void> {
    const { library, notice } = this.#options;
    // Somebody else's connection may have noticed before.
    if (library.get(file)?.content !== file.content) return;
    library.remove(file);
    const record = this.#records.get(file);
    if (record === undefined) return;
    const state = await stateOfSource(record.path, record.stamp);
    notice(state.is === 'same' ? unreadable(record) : await this.#lose(record, state));
  }

  /** A line for a person where it can't be. */
  async #serveAgain(record: ShareRecord, stamp: FileStamp): Promise<string | undefined> {
    const { library, kept, files } = this.#options;
    if (library.get(record)?.content.complete) return undefined;
    const tree = kept.trees.get(record);
    if (tree === undefined) return await this.#hashAgain(record);
    this.#serve(record, SharedContent.whole(tree, new SourceFile(record.path, stamp, files)));
    return undefined;
  }

  /** Its hashes were lost with a part of the store. */
  async #hashAgain(record: ShareRecord): Promise<string | undefined> {
    const hashed = await hashFile(record.path, () => undefined, this.#options.hashing);
    if (!hashed.ok || nameOf(hashed.tree).root !== record.root) return await this.#lose(record, { is: 'changed' });
    await this.add(record, hashed);
    return undefined;
  }

  async #keep(share: NewShare, stamp: FileStamp, content: SharedContent): Promise<void> {
    const { kept } = this.#options;
    const record = { ...share, ...nameOf(content.tree), stamp };
    this.#records.put(record);
    this.#serve(record, content);
    await kept.store.write([...kept.trees.changesFor(content.tree), [shareKey(record), writeShare(record)]]);
  }

  #serve({ id, group, groupName, name, user, root }: ShareRecord, content: SharedContent): void {
    this.#options.library.put({ id, group, groupName, name, user, root, content });
  }

  async #lose(record: ShareRecord, state: Exclude<SourceState, { is: 'same' }>): Promise<string> {
    if (state.is === 'changed') await this.forget(record);
    else this.#options.library.remove(record);
    return state.is === 'changed' ? changed(record) : missing(record);
  }
}

function changed({ name, groupName, path }: ShareRecord): string {
  return `${name} in ${groupName} is no longer shared: ${path} has changed – upload it again, under another name where it is to stay as it is now`;
}

function missing({ name, groupName, path }: ShareRecord): string {
  return `${name} in ${groupName} is not shared now: ${path} cannot be found – put it back and log in again, or upload it from its new place; stop_share forgets it`;
}

function unreadable({ name, groupName, path }: ShareRecord): string {
  return `${name} in ${groupName} is not shared now: ${path} cannot be read – see to that, and upload it again`;
}
