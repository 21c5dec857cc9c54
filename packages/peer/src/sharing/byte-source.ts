/** Where the bytes of a shared file are read from: a file under its own name, or one that is still being fetched. */
import type { FileHandle } from 'node:fs/promises';
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
        return (await fill(file, offset, target)) && isUnchanged(this.#stamp, await file.stat({ bigint: true }));
      });
    } catch (error) {
      if (isSystemError(error)) return false;
      throw error;
    }
  }
}

/** Reads until `target` is full. False where the file ends before. */
export async function fill(file: FileHandle, offset: number, target: Uint8Array): Promise<boolean> {
  for (let filled = 0; filled < target.length; ) {
    const { bytesRead } = await file.read(target, filled, target.length - filled, offset + filled);
    if (bytesRead === 0) return false;
    filled += bytesRead;
  }
  return true;
}
