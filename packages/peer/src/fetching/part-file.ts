/**
 * A file in the making: lies beside its destination under a temporary name, and gets the final one only when it is
 * whole and on disk. What lies under the final name by then is never overwritten; and where another file, or another
 * directory, has come into the place of this one meanwhile, nothing is published there.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MAX_FILE_NAME_BYTES, type Refusal, refusal, utf8Length } from '@p2p/protocol';
import { syncDirectory } from '@p2p/transport';
import { isSystemError, removeIfThere } from '../data-directory/system-files.js';
import { type ByteSource, fill } from '../sharing/byte-source.js';
import { type FileStamp, stampOf } from '../sharing/file-stamp.js';
import { refusalOf } from './destination.js';
import { isSameFile, moveWithoutOverwriting } from './move-without-overwriting.js';

export class PartFile implements ByteSource {
  /** Where the file will lie. */
  readonly path: string;
  readonly #temporaryPath: string;
  readonly #file: FileHandle;
  /** It lies under its final name. */
  #published = false;
  #closed = false;

  private constructor(path: string, temporaryPath: string, file: FileHandle) {
    this.path = path;
    this.#temporaryPath = temporaryPath;
    this.#file = file;
  }

  /** Whether a file can be made beside `path`; nothing stays there. */
  static async probe(path: string): Promise<Refusal | undefined> {
    const created = await PartFile.create(path);
    if ('code' in created) return created;
    await created.discard();
    return undefined;
  }

  static async create(path: string): Promise<PartFile | Refusal> {
    const temporaryPath = temporaryPathFor(path);
    try {
      return new PartFile(path, temporaryPath, await open(temporaryPath, 'wx+'));
    } catch (error) {
      return refusalOf(error, path);
    }
  }

  /** Puts bytes at their place. */
  async write(offset: number, bytes: Uint8Array): Promise<Refusal | undefined> {
    try {
      for (let written = 0; written < bytes.length; ) {
        const rest = bytes.length - written;
        written += (await this.#file.write(bytes, written, rest, offset + written)).bytesWritten;
      }
      return undefined;
    } catch (error) {
      return refusalOf(error, this.path);
    }
  }

  async read(offset: number, target: Uint8Array): Promise<boolean> {
    try {
      return !this.#closed && (await fill(this.#file, offset, target));
    } catch (error) {
      if (isSystemError(error)) return false;
      throw error;
    }
  }

  /**
   * Flushes the file and moves it under its final name. Afterwards it can still be read from here until
   * {@link close}; what tells that it is unchanged is returned.
   */
  async publish(): Promise<{ readonly ok: true; readonly stamp: FileStamp } | Refusal> {
    try {
      await this.#file.sync();
      // The name may lead elsewhere by now: what is written and verified is only what is open here.
      if (!(await this.#isInPlace())) {
        return refusal('destination_unwritable', `the directory of ${this.path} was moved, or replaced, meanwhile`);
      }
      this.#published = await moveWithoutOverwriting(this.#temporaryPath, this.path);
      if (!this.#published) return refusal('destination_exists', `${this.path} exists already`);
      await syncDirectory(dirname(this.path));
      return { ok: true, stamp: stampOf(await this.#file.stat({ bigint: true })) };
    } catch (error) {
      return refusalOf(error, this.path);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#file.close();
  }

  /** Closes and removes what is there, unless it has been published. */
  async discard(): Promise<void> {
    if (this.#published || this.#closed) return this.close();
    const isInPlace = await this.#isInPlace();
    // What can't be found any more shall at least take no room.
    if (!isInPlace) await this.#file.truncate().catch(() => undefined);
    await this.close();
    if (isInPlace) await removeIfThere(this.#temporaryPath);
  }

  /** Whether the temporary name leads to the file that is open here. */
  async #isInPlace(): Promise<boolean> {
    try {
      const there = await lstat(this.#temporaryPath, { bigint: true });
      return isSameFile(there, await this.#file.stat({ bigint: true }));
    } catch (error) {
      if (isSystemError(error)) return false;
      throw error;
    }
  }
}

/** A name of its own beside the destination, within what a file system allows. */
function temporaryPathFor(path: string): string {
  const suffix = `.${randomBytes(6).toString('hex')}.p2p-part`;
  const characters = [...basename(path)];
  while (utf8Length(characters.join('')) + suffix.length + 1 > MAX_FILE_NAME_BYTES) characters.pop();
  return join(dirname(path), `.${characters.join('')}${suffix}`);
}
