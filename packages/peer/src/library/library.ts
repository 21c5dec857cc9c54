/**
 * What this client shares: the files, whose they are, and which of them may be served now. It lives in memory; what
 * outlives the process is the matter of shares.ts and of downloads. It knows no paths.
 */
import type { FileId, GroupId } from '@p2p/protocol';
import type { SharedContent } from '../sharing/shared-content.js';
import { MultiMap } from './multi-map.js';

export interface SharedFile {
  readonly id: FileId;
  readonly group: GroupId;
  readonly groupName: string;
  readonly name: string;
  /** Who was logged in when it was shared: it is served only while that user is. */
  readonly user: string;
  /** Pieces root, 64 hex digits. */
  readonly root: string;
  readonly content: SharedContent;
}

/** Two users of one client may share the same file. */
type FileOfUser = Pick<SharedFile, 'id' | 'user'>;

const fileKey = ({ id, user }: FileOfUser): string => `${id} ${user}`;
const contentKey = ({ group, root }: Pick<SharedFile, 'group' | 'root'>): string => `${group} ${root}`;
const nameKey = ({ user, groupName, name }: Pick<SharedFile, 'user' | 'groupName' | 'name'>): string =>
  JSON.stringify([user, groupName, name]);

/** The file whose place in the library is another one now; `all`: who is logged in, or what may be served. */
export type LibraryChange = FileId | 'all';

/** Somebody who is served a file until it is not servable any more. */
interface Served {
  readonly file: SharedFile;
  readonly withdrawn: () => void;
}

export class Library {
  readonly #files = new Map<string, SharedFile>();
  readonly #byContent = new MultiMap<string, SharedFile>();
  readonly #byName = new MultiMap<string, SharedFile>();
  readonly #served = new MultiMap<FileId, Served>();
  readonly #listeners = new Set<(change: LibraryChange) => void>();
  #user: string | undefined;
  /** Files that the tracker does not let this user share (any more). */
  #refused: ReadonlySet<FileId> = new Set();

  /** Who is logged in. */
  get user(): string | undefined {
    return this.#user;
  }

  /** Adds a file or puts it in its former one's place. */
  put(file: SharedFile): void {
    this.#insert(file);
    this.#changed(file.id);
  }

  get(file: FileOfUser): SharedFile | undefined {
    return this.#files.get(fileKey(file));
  }

  /** The file as the user who is logged in shares it, refused or not. */
  own(id: FileId): SharedFile | undefined {
    return this.#user === undefined ? undefined : this.get({ id, user: this.#user });
  }

  remove(of: FileOfUser): void {
    const file = this.get(of);
    if (file === undefined) return;
    this.#drop(file);
    this.#changed(file.id);
  }

  /** The file that this user shares under these names. */
  named(groupName: string, name: string): SharedFile | undefined {
    if (this.#user === undefined) return undefined;
    const [file] = this.#byName.of(nameKey({ user: this.#user, groupName, name }));
    return file;
  }

  /** What the user who is logged in shares, refused files included. */
  shared(): SharedFile[] {
    return [...this.#files.values()].filter(({ user }) => user === this.#user);
  }

  /** What may be served to members of a group, by its content; a whole file rather than a part of one. */
  servable(group: GroupId, root: string): SharedFile | undefined {
    const found = [...this.#byContent.of(contentKey({ group, root }))].filter((file) => this.isServable(file));
    return found.find(({ content }) => content.complete) ?? found[0];
  }

  /** Whether a file that was servable still is, with the same content. */
  isServable({ id, content }: SharedFile): boolean {
    return !this.#refused.has(id) && this.own(id)?.content === content;
  }

  /** Who is logged in; undefined: nobody, and nothing is served. */
  setUser(user: string | undefined): void {
    if (this.#user === user) return;
    this.#user = user;
    this.#changed('all');
  }

  /** An account got another name by a merge. */
  renameUser(from: string, to: string): void {
    const own = [...this.#files.values()].filter(({ user }) => user === from);
    if (this.#user === from) this.#user = to;
    for (const file of own) {
      this.#drop(file);
      this.#insert({ ...file, user: to });
    }
    this.#changed('all');
  }

  setRefused(refused: ReadonlySet<FileId>): void {
    this.#refused = refused;
    this.#changed('all');
  }

  /** Calls `listener` after every change; the returned function ends it. */
  onChange(listener: (change: LibraryChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `withdrawn` as soon as a file that is servable no longer is; the returned function ends it. */
  whileServable(file: SharedFile, withdrawn: () => void): () => void {
    const served: Served = { file, withdrawn };
    this.#served.add(file.id, served);
    return () => this.#served.delete(file.id, served);
  }

  #insert(file: SharedFile): void {
    const former = this.get(file);
    if (former !== undefined) this.#drop(former);
    this.#files.set(fileKey(file), file);
    this.#byContent.add(contentKey(file), file);
    this.#byName.add(nameKey(file), file);
  }

  #drop(file: SharedFile): void {
    this.#files.delete(fileKey(file));
    this.#byContent.delete(contentKey(file), file);
    this.#byName.delete(nameKey(file), file);
  }

  #changed(change: LibraryChange): void {
    for (const listener of this.#listeners) listener(change);
    for (const { file, withdrawn } of change === 'all' ? this.#served.all() : [...this.#served.of(change)]) {
      if (!this.isServable(file)) withdrawn();
    }
  }
}
