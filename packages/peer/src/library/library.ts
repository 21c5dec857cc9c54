/**
 * What this client shares: the files, whose they are, and which of them may be served now. It lives in memory; a store
 * that outlives the process can fill it and listen to its changes. Paths never leave it but to be read from.
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

const contentKey = (group: GroupId, root: string): string => `${group} ${root}`;

export class Library {
  readonly #files = new Map<FileId, SharedFile>();
  readonly #idsByContent = new Map<string, Set<FileId>>();
  readonly #listeners = new Set<() => void>();
  #user: string | undefined;
  /** Files that the tracker does not let this user share (any more). */
  #refused: ReadonlySet<FileId> = new Set();

  /** Adds a file or puts it in its former one's place. */
  put(file: SharedFile): void {
    this.#files.set(file.id, file);
    const key = contentKey(file.group, file.root);
    this.#idsByContent.set(key, (this.#idsByContent.get(key) ?? new Set()).add(file.id));
    this.#changed();
  }

  get(id: FileId): SharedFile | undefined {
    return this.#files.get(id);
  }

  remove(id: FileId): void {
    const file = this.#files.get(id);
    if (file === undefined) return;
    this.#files.delete(id);
    const key = contentKey(file.group, file.root);
    const ids = this.#idsByContent.get(key);
    ids?.delete(id);
    if (ids?.size === 0) this.#idsByContent.delete(key);
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
    const ids = this.#idsByContent.get(contentKey(group, root)) ?? [];
    const found = [...ids].flatMap((id) => this.#files.get(id) ?? []).filter((file) => this.isServable(file));
    return found.find(({ content }) => content.complete) ?? found[0];
  }

  /** Whether a file that was servable still is, with the same content. */
  isServable({ id, content }: SharedFile): boolean {
    const file = this.#files.get(id);
    return file?.content === content && file.user === this.#user && !this.#refused.has(id);
  }

  /** Who is logged in; undefined: nobody, and nothing is served. */
  setUser(user: string | undefined): void {
    if (this.#user === user) return;
    this.#user = user;
    this.#changed();
  }

  /** An account got another name by a merge. */
  renameUser(from: string, to: string): void {
    for (const file of this.#files.values()) if (file.user === from) this.#files.set(file.id, { ...file, user: to });
    if (this.#user === from) this.#user = to;
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

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
