/** Makes the content tree of a file on disk, and makes sure that it was one and the same file all the while. */
import type { FileHandle } from 'node:fs/promises';
import { MAX_FILE_BYTES, type Refusal, refusal } from '@p2p/protocol';
import { ContentHasher, type ContentTree, pieceLengthFor } from '@p2p/swarm';
import { openRegular } from '@p2p/transport';
import { isSystemError } from '../data-directory/system-files.js';
import { type FileStamp, isUnchanged, stampOf } from './file-stamp.js';
import { sha256 } from './sha256.js';

/** Read at a time: large enough for the disk, and hashed in about a millisecond, so that the event loop stays calm. */
const READ_BYTES = 1024 * 1024;

export type HashedFile =
  | { readonly ok: true; readonly tree: ContentTree; readonly stamp: FileStamp }
  /** `file_unreadable`, or `file_changed` where it was written to meanwhile. */
  | Refusal;

/** Whether `path` is a regular file that can be opened for reading. */
export async function checkReadable(path: string): Promise<Refusal | undefined> {
  const file = await openSource(path);
  if ('code' in file) return file;
  await file.close();
  return undefined;
}

/** `progress` is called with the bytes hashed so far after each step. */
export async function hashFile(path: string, progress: (done: number, bytes: number) => void): Promise<HashedFile> {
  const file = await openSource(path);
  if ('code' in file) return file;
  try {
    return await hashOpenFile(file, path, progress);
  } catch (error) {
    if (isSystemError(error)) return refusal('file_unreadable', `${path} cannot be read: ${error.message}`);
    throw error;
  } finally {
    await file.close();
  }
}

async function openSource(path: string): Promise<FileHandle | Refusal> {
  try {
    return (await openRegular(path)) ?? refusal('file_unreadable', `${path} is not a regular file`);
  } catch (error) {
    if (isSystemError(error)) return refusal('file_unreadable', `${path} cannot be read: ${error.message}`);
    throw error;
  }
}

async function hashOpenFile(
  file: FileHandle,
  path: string,
  progress: (done: number, bytes: number) => void,
): Promise<HashedFile> {
  const changed = refusal('file_changed', `${path} was written to while it was hashed – try again`);
  const stamp = stampOf(await file.stat({ bigint: true }));
  const bytes = Number(stamp.bytes);
  if (bytes > MAX_FILE_BYTES) return refusal('limit_reached', `${path} is larger than any file may be`);
  const hasher = new ContentHasher(sha256, bytes, pieceLengthFor(bytes));
  const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, bytes));
  while (hasher.takenBytes < bytes) {
    const wanted = Math.min(buffer.length, bytes - hasher.takenBytes);
    const { bytesRead } = await file.read(buffer, 0, wanted, hasher.takenBytes);
    if (bytesRead === 0) return changed;
    hasher.update(buffer.subarray(0, bytesRead));
    progress(hasher.takenBytes, bytes);
  }
  if (!isUnchanged(stamp, await file.stat({ bigint: true }))) return changed;
  return { ok: true, tree: hasher.finish(), stamp };
}
