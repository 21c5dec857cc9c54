/** The downloads of a client by their users and names, in the order in which they were first asked for. */
import { type DownloadName, downloadKey } from '../library/download-records.js';
import type { Download } from './download.js';

export class DownloadList {
  readonly #byKey = new Map<string, Download>();
  /** Of those that are under way, and of some that were: where they are to lie. */
  readonly #byPath = new Map<string, Download>();
  /** Whose are shown. */
  #user: string | undefined;

  get(name: DownloadName): Download | undefined {
    return this.#byKey.get(downloadKey(name));
  }

  has(download: Download): boolean {
    return this.#byKey.get(keyOf(download)) === download;
  }

  /** What is under way to this path. */
  underWayTo(path: string): Download | undefined {
    const download = this.#byPath.get(path);
    return download?.isUnderWay ? download : undefined;
  }

  /** It takes the place of the one before. */
  put(download: Download): void {
    this.#byKey.set(keyOf(download), download);
  }

  remove(download: Download): void {
    this.#byKey.delete(keyOf(download));
  }

  /** To be called when it has come or gone, or its state has changed. */
  review(download: Download): void {
    const { path } = download.target;
    if (download.isUnderWay && this.has(download)) this.#byPath.set(path, download);
    else if (this.#byPath.get(path) === download) this.#byPath.delete(path);
  }

  all(): Download[] {
    return [...this.#byKey.values()];
  }

  /** Shows those of this user until it is another one's turn. */
  show(user: string): void {
    this.#user = user;
  }

  shown(): Download[] {
    return this.all().filter(({ user }) => user === this.#user);
  }

  /** An account got another name by a merge. */
  renameUser(from: string, to: string): void {
    const all = this.all();
    this.#byKey.clear();
    for (const download of all) {
      if (download.user === from) download.user = to;
      this.put(download);
    }
    if (this.#user === from) this.#user = to;
  }
}

function keyOf({ user, target }: Download): string {
  return downloadKey({ user, group: target.group, file: target.file });
}
