/**
 * A file in the making: lies beside its destination under a temporary name, and gets the final one only when it is
 * whole and on disk. What lies under the final name by then is never overwritten; and where another file, or another
 * directory, has come into the place of this one meanwhile, nothing is published there.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MAX_FILE_NAME_BYTES, type Refusal, refusal, utf8Length } from '@p2p/protocol';
import { isSystemError, removeIfThere } from '../data-directory/system-files.js';
import { hashSlices, type Slices } from '../hashing/hash-slices.js';
import type { HashingPool } from '../hashing/hashing-pool.js';
import type { KeepTask } from '../hashing/hashing-task.js';
import type { ByteSource } from '../sharing/byte-source.js';
import { type FileStamp, isAsKept, type KeptStamp, stampOf } from '../sharing/file-stamp.js';
import { fill } from '../sharing/open-source.js';
import { refusalOf } from './destination.js';
import { flushDirectory } from './directory-flush.js';
import { isSameFile, moveWithoutOverwriting } from './move-without-overwriting.js';

/** Nobody is led elsewhere by a link, nor made to wait by a pipe. */
const reopening = constants.O_RDWR | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export interface PartPlace {
  /** Where the file will lie. */
  readonly path: string;
  /** Where it lies as long as it is not whole. */
  readonly partPath: string;
}

/** `found`: it was there already, left by an earlier run. */
export type OpenedPart = { readonly ok: true; readonly part: PartFile; readonly found: boolean } | Refusal;

/** With what tells that it is unchanged. */
export type Published = { readonly ok: true; readonly stamp: FileStamp } | Refusal;

export class PartFile implements ByteSource {
  /** Where the file will lie. */
  readonly path: string;
  readonly #temporaryPath: string;
  readonly #file: FileHandle;
  /** Writes that are not done yet. */
  readonly #writing = new Set<Promise<unknown>>();
  /** It lies under its final name. */
  #published = false;
  #closed = false;

  private constructor({ path, partPath }: PartPlace, file: FileHandle) {
    this.path = path;
    this.#temporaryPath = partPath;
    this.#file = file;
  }

  /** Whether a file can be made beside `path`; nothing stays there. */
  static async probe(path: string): Promise<Refusal | undefined> {
    const { partPath } = placeFor(path);
    try {
      await (await open(partPath, 'wx')).close();
      await removeIfThere(partPath);
      return undefined;
    } catch (error) {
      return refusalOf(error, path);
    }
  }

  /** What an earlier run, or one before a pause, has left; undefined where nothing is there that could be used. */
  static async find(place: PartPlace): Promise<PartFile | undefined> {
    try {
      const left = await reopen(place.partPath);
      return left === undefined ? undefined : new PartFile(place, left);
    } catch (error) {
      if (isSystemError(error)) return undefined;
      throw error;
    }
  }

  /** Opens what an earlier run has left, and makes a new file where there is nothing. */
  static async open(place: PartPlace): Promise<OpenedPart> {
    try {
      const left = await reopen(place.partPath);
      const file = left ?? (await open(place.partPath, 'wx+'));
      return { ok: true, part: new PartFile(place, file), found: left !== undefined };
    } catch (error) {
      return refusalOf(error, place.path);
    }
  }

  /** Has a piece verified and put at its place, by another thread. */
  async keep(piece: Omit<KeepTask, 'file'>, hashing: HashingPool): Promise<'kept' | 'wrong' | Refusal> {
    if (this.#closed) return refusal('destination_unwritable', `${this.path} is being left`);
    const keeping = this.#keep({ ...piece, file: this.#file.fd }, hashing);
    this.#writing.add(keeping);
    const kept = await keeping;
    this.#writing.delete(keeping);
    return kept;
  }

  /** Has pieces hashed as they lie there, by other threads. The file is not to be closed meanwhile. */
  hash(slices: Omit<Slices, 'file'>, hashing: HashingPool): Promise<void> {
    return hashSlices({ ...slices, file: this.#file.fd }, hashing);
  }

  async #keep(task: KeepTask, hashing: HashingPool): Promise<'kept' | 'wrong' | Refusal> {
    try {
      const result = await hashing.keep(task);
      if (result.is !== 'unwritable') return result.is;
      const { code, message } = result;
      return refusalOf(Object.assign(new Error(message), { code, errno: 0 }), this.path);
    } catch (error) {
      return refusal('internal', `a piece of ${this.path} could not be verified: ${String(error)}`);
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

  /** Resolves when nothing is being written. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing);
  }

  /** Puts on disk what is written. What then tells that it is unchanged; undefined where the system refuses. */
  async flush(): Promise<FileStamp | undefined> {
    if (this.#closed) return undefined;
    try {
      await this.#file.datasync();
      return stampOf(await this.#file.stat({ bigint: true }));
    } catch (error) {
      if (isSystemError(error)) return undefined;
      throw error;
    }
  }

  /** Whether it is as it was when this stamp was taken, in an earlier run perhaps. */
  async isAsKept(stamp: KeptStamp): Promise<boolean> {
    return isAsKept(stamp, await this.#file.stat({ bigint: true }));
  }

  /** Bytes up to the end of what was written. */
  async size(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  /**
   * Flushes the file, has `record` say what then tells that it is unchanged, and moves it under its final name.
   * Afterwards it can still be read from here until {@link close}; what tells that it is unchanged is returned.
   */
  async publish(record?: (stamp: FileStamp) => Promise<void>): Promise<Published> {
    try {
      await this.#file.sync();
      await record?.(stampOf(await this.#file.stat({ bigint: true })));
      // The name may lead elsewhere by now: what is written and verified is only what is open here.
      if (!(await this.isInPlace())) {
        return refusal('destination_unwritable', `the directory of ${this.path} was moved, or replaced, meanwhile`);
      }
      this.#published = await moveWithoutOverwriting(this.#temporaryPath, this.path);
      if (!this.#published) return refusal('destination_exists', `${this.path} exists already`);
      await flushDirectory(dirname(this.path));
      return { ok: true, stamp: stampOf(await this.#file.stat({ bigint: true })) };
    } catch (error) {
      return refusalOf(error, this.path);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.settled();
    await this.#file.close();
  }

  /** Closes and removes what is there, unless it has been published. */
  async discard(): Promise<void> {
    if (this.#published || this.#closed) return this.close();
    const isInPlace = await this.isInPlace();
    // What can't be found any more shall at least take no room.
    if (!isInPlace) await this.#file.truncate().catch(() => undefined);
    await this.close();
    if (isInPlace) await removeIfThere(this.#temporaryPath);
  }

  /** Whether the temporary name leads to the file that is open here. */
  async isInPlace(): Promise<boolean> {
    try {
      const there = await lstat(this.#temporaryPath, { bigint: true });
      return isSameFile(there, await this.#file.stat({ bigint: true }));
    } catch (error) {
      if (isSystemError(error)) return false;
      throw error;
    }
  }
}

/** A place of its own beside the destination, with a name within what a file system allows. */
export function placeFor(path: string): PartPlace {
  const suffix = `.${randomBytes(6).toString('hex')}.p2p-part`;
  const characters = [...basename(path)];
  while (utf8Length(characters.join('')) + suffix.length + 1 > MAX_FILE_NAME_BYTES) characters.pop();
  return { path, partPath: join(dirname(path), `.${characters.join('')}${suffix}`) };
}

/**
 * The file under the final name, where it is the one that had this stamp under its temporary name. Where it still has
 * that name, too, it loses it.
 */
export async function stampIfPublished(place: PartPlace, stamp: KeptStamp): Promise<FileStamp | undefined> {
  try {
    const stats = await lstat(place.path, { bigint: true });
    if (!stats.isFile() || !isAsKept(stamp, stats)) return undefined;
    const left = await lstat(place.partPath, { bigint: true }).catch(() => undefined);
    if (left !== undefined && isSameFile(left, stats)) await removeIfThere(place.partPath);
    return stampOf(stats);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** Undefined where nothing is there. What is no file of this name alone is not touched. */
async function reopen(partPath: string): Promise<FileHandle | undefined> {
  let file: FileHandle;
  try {
    file = await open(partPath, reopening);
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const stats = await file.stat();
  if (stats.isFile() && stats.nlink === 1) return file;
  await file.close();
  throw Object.assign(new Error(`something else lies at ${partPath}`), { code: 'EEXIST', errno: 0 });
}
