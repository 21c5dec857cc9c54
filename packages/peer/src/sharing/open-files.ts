/** The files that are being read from, kept open for the next read; bounded, the least recently used is closed. */
import { MAX_OPEN_SOURCE_FILES } from '@p2p/protocol';
import { OpenSource } from './open-source.js';

interface OpenFile {
  readonly source: Promise<OpenSource | undefined>;
  /** Reads in progress: a file in use is not closed. */
  users: number;
}

export class OpenFiles {
  /** In order of use, the most recent last. */
  readonly #byPath = new Map<string, OpenFile>();

  /**
   * Runs `use` with the file open for reading. Where `use` returns false or rejects, the next reader opens the file
   * anew: another one may lie under the name by then. False where it is no regular file; rejects where it can't be
   * opened, or as `use` does.
   */
  async with(path: string, use: (file: OpenSource) => Promise<boolean>): Promise<boolean> {
    const file = this.#byPath.get(path) ?? { source: OpenSource.open(path), users: 0 };
    this.#byPath.delete(path);
    this.#byPath.set(path, file);
    file.users++;
    let keep = false;
    try {
      const source = await file.source;
      keep = source !== undefined && (await use(source));
      return keep;
    } finally {
      file.users--;
      if (!keep && this.#byPath.get(path) === file) this.#byPath.delete(path);
      if (this.#byPath.get(path) !== file) await this.#closeUnused(file);
      await this.#closeOldest();
    }
  }

  /** The file under this name has been replaced. */
  async forget(path: string): Promise<void> {
    const file = this.#byPath.get(path);
    this.#byPath.delete(path);
    if (file !== undefined) await this.#closeUnused(file);
  }

  async close(): Promise<void> {
    for (const path of [...this.#byPath.keys()]) await this.forget(path);
  }

  async #closeOldest(): Promise<void> {
    for (const [path, file] of this.#byPath) {
      if (this.#byPath.size <= MAX_OPEN_SOURCE_FILES) return;
      if (file.users === 0) await this.forget(path);
    }
  }

  /** A file that is in use is closed by its last reader. */
  async #closeUnused(file: OpenFile): Promise<void> {
    if (file.users > 0) return;
    // Where it could not be opened there is nothing to close; its reader has been told.
    const source = await file.source.catch(() => undefined);
    await source?.close();
  }
}
