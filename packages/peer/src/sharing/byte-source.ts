/** Where the bytes of a shared file are read from: a file under its own name, or one that is still being fetched. */
import { isSystemError } from '../data-directory/system-files.js';
import { type FileStamp, isUnchanged } from './file-stamp.js';
import type { OpenFiles } from './open-files.js';

export interface ByteSource {
  /** Fills `target` with the bytes from `offset` on. False where they can't be had (any more). */
  read(offset: number, target: Uint8Array): Promise<boolean>;
}

/** A file that was hashed; where it is no longer the same, nothing of it is given. */
export class SourceFile implements ByteSource {
  readonly #path: string;
  readonly #stamp: FileStamp;
  readonly #files: OpenFiles;

  constructor(path: string, stamp: FileStamp, files: OpenFiles) {
    this.#path = path;
    this.#stamp = stamp;
    this.#files = files;
  }

  async read(offset: number, target: Uint8Array): Promise<boolean> {
    try {
      return await this.#files.with(this.#path, async (file) => {
        // Asked after reading: what was written meanwhile shows, too.
        return (await file.read(offset, target)) && isUnchanged(this.#stamp, await file.stats());
      });
    } catch (error) {
      if (isSystemError(error)) return false;
      throw error;
    }
  }
}
