/**
 * A file in the making: lies beside its destination under a temporary name, and gets the final one only when it is
 * whole and on disk. What lies under the final name by then is never overwritten.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, link, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MAX_FILE_NAME_BYTES, type Refusal, utf8Length } from '@p2p/protocol';
import { syncDirectory } from '@p2p/transport';
import { isSystemError, removeIfThere } from '../data-directory/system-files.js';
import { type ByteSource, fill } from '../sharing/byte-source.js';
import { type FileStamp, stampOf } from '../sharing/file-stamp.js';
import { refusalOf } from './destination.js';

export class PartFile implements ByteSource {
  /** Where the file will lie. */
  readonly path: string;
  readonly #temporaryPath: string;
  readonly #file: FileHandle;
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
      await moveWithoutOverwriting(this.#temporaryPath, this.path);
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

  /** Closes and removes what is there. */
  async discard(): Promise<void> {
    await this.close();
    await removeIfThere(this.#temporaryPath);
  }
}

/** A name of its own beside the destination, within what a file system allows. */
function temporaryPathFor(path: string): string {
  const suffix = `.${randomBytes(6).toString('hex')}.p2p-part`;
  const characters = [...basename(path)];
  while (utf8Length(characters.join('')) + suffix.length + 1 > MAX_FILE_NAME_BYTES) characters.pop();
  return join(dirname(path), `.${characters.join('')}${suffix}`);
}

/** Rejects with EEXIST where something lies at `to`. A hard link is the only rename that refuses to overwrite. */
async function moveWithoutOverwriting(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!isSystemError(error) || !['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(error.code)) {
      throw error;
    }
    // No links here (FAT, some network drives): take the name with an empty file, then replace that.
    await (await open(to, 'wx')).close();
    await rename(from, to);
    return;
  }
  await unlink(from);
}
