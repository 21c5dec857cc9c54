/** The downloads of a client by their users and names, in the order in which they were first asked for. */
import { type DownloadName, downloadKey } from '../library/download-records.js';
import type { Download } from './download.js';

export class DownloadList {
  readonly #byKey = new Map<string, Download>();
  /** Whose are shown. */
  #user: string | undefined;

  get(name: DownloadName): Download | undefined {
    return this.#byKey.get(downloadKey(name));
  }

  /** It takes the place of the one before. */
  put(download: Download): void {
    this.#byKey.set(keyOf(download), download);
  }

  remove(download: Download): void {
    this.#byKey.delete(keyOf(download));
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
