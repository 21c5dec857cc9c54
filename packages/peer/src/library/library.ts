/**
 * What this client shares: the files, whose they are, and which of them may be served now. It lives in memory; what
 * outlives the process is the matter of shares.ts and of downloads. It knows no paths.
 */
import type { FileId, GroupId } from '@p2p/protocol';
import type { SharedContent } from '../sharing/shared-content.js';

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
const contentKey = (group: GroupId, root: string): string => `${group} ${root}`;

export class Library {
  readonly #files = new Map<string, SharedFile>();
  /** Keys of files. */
  readonly #keysByContent = new Map<string, Set<string>>();
  readonly #listeners = new Set<() => void>();
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
    this.#changed();
  }

  get(file: FileOfUser): SharedFile | undefined {
    return this.#files.get(fileKey(file));
  }

  remove(of: FileOfUser): void {
    const file = this.get(of);
    if (file === undefined) return;
    this.#drop(file);
    this.#changed();
  }

  /** The file that this user shares under these names. */
  named(groupName: string, name: string): SharedFile | undefined {
    return this.shared().find((file) => file.groupName === groupName && file.name === name);
  }

  /** What the user who is logged in shares, refused files included. */
  shared(): SharedFile[] {
    return [...this.#files.values()].filter(({ user }) => user === this.#user);
  }

  /** What may be served to members of a group, by its content; a whole file rather than a part of one. */
  servable(group: GroupId, root: string): SharedFile | undefined {
    const keys = this.#keysByContent.get(contentKey(group, root)) ?? [];
    const found = [...keys].flatMap((key) => this.#files.get(key) ?? []).filter((file) => this.isServable(file));
    return found.find(({ content }) => content.complete) ?? found[0];
  }

  /** Whether a file that was servable still is, with the same content. */
  isServable({ id, content }: SharedFile): boolean {
    if (this.#user === undefined || this.#refused.has(id)) return false;
    return this.get({ id, user: this.#user })?.content === content;
  }

  /** Who is logged in; undefined: nobody, and nothing is served. */
  setUser(user: string | undefined): void {
    if (this.#user === user) return;
    this.#user = user;
    this.#changed();
  }

  /** An account got another name by a merge. */
  renameUser(from: string, to: string): void {
    const own = [...this.#files.values()].filter(({ user }) => user === from);
    if (this.#user === from) this.#user = to;
    for (const file of own) {
      this.#drop(file);
      this.#insert({ ...file, user: to });
    }
    this.#changed();
  }

  setRefused(refused: ReadonlySet<FileId>): void {
    this.#refused = refused;
    this.#changed();
  }

  /** Calls `listener` after every change; the returned function ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #insert(file: SharedFile): void {
    this.#files.set(fileKey(file), file);
    const key = contentKey(file.group, file.root);
    this.#keysByContent.set(key, (this.#keysByContent.get(key) ?? new Set()).add(fileKey(file)));
  }

  #drop(file: SharedFile): void {
    this.#files.delete(fileKey(file));
    const key = contentKey(file.group, file.root);
    const keys = this.#keysByContent.get(key);
    keys?.delete(fileKey(file));
    if (keys?.size === 0) this.#keysByContent.delete(key);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
