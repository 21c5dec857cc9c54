/** Gives a file its final name, unless something has that name already. */
import type { BigIntStats } from 'node:fs';
import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import { isSystemError, removeIfThere } from '../data-directory/system-files.js';

/** What a file system says that has no hard links (FAT, some network drives), or doesn't let us make one. */
const noLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * False where something lies at `to`, be it a link that leads nowhere: it is left alone. Rejects where the system
 * refuses. A hard link is the only rename that never overwrites; `makeLink` is the system's.
 */
export async function moveWithoutOverwriting(from: string, to: string, makeLink = link): Promise<boolean> {
  try {
    await makeLink(from, to);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'EEXIST') return false;
    if (noLinks.has(error.code)) return await moveOverOwn(from, to);
    throw error;
  }
  await unlink(from);
  return true;
}

/** Takes the name with an empty file, then replaces that. */
async function moveOverOwn(from: string, to: string): Promise<boolean> {
  const own = await makeEmptyFile(to);
  // Something else lies there by now only if somebody else has put it over ours.
  if (own === undefined || !isSameFile(own, await lstat(to, { bigint: true }))) return false;
  try {
    await rename(from, to);
  } catch (error) {
    await removeIfThere(to);
    throw error;
  }
  return true;
}

/** Undefined where something lies there. */
async function makeEmptyFile(path: string): Promise<BigIntStats | undefined> {
  try {
    const file = await open(path, 'wx');
    const stats = await file.stat({ bigint: true });
    await file.close();
    return stats;
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST') return undefined;
    throw error;
  }
}

export function isSameFile(one: BigIntStats, other: BigIntStats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}
