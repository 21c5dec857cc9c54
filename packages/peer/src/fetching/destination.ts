/** Where a download goes: the rules for what a person may name, and what the system's refusals mean. */
import { lstat, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type Refusal, refusal } from '@p2p/protocol';
import { isSystemError } from '../data-directory/system-files.js';

export type Destination = { readonly ok: true; readonly path: string } | Refusal;

/**
 * The final path of a file called `fileName`. `destination` is absolute; a directory, or what ends in a separator,
 * gets the file's name as its last component. Nothing may lie there yet; directories are not made.
 */
export async function resolveDestination(destination: string, fileName: string): Promise<Destination> {
  // No name has a null byte, and Node takes one for a mistake of the program.
  if (destination.includes('\0')) return refusal('destination_unwritable', 'a path cannot hold a null byte');
  try {
    const path = (await isDirectory(destination)) ? join(destination, fileName) : destination;
    if (await exists(path)) return refusal('destination_exists', `${path} exists already`);
    return { ok: true, path };
  } catch (error) {
    return refusalOf(error, destination);
  }
}

/** What a failed operation on the destination is called. Rethrows what the system didn't say. */
export function refusalOf(error: unknown, path: string): Refusal {
  if (!isSystemError(error)) throw error;
  switch (error.code) {
    case 'EEXIST':
      return refusal('destination_exists', `${path} exists already`);
    case 'ENOSPC':
    case 'EDQUOT':
    // A bound on the size of files, of the file system or of the process.
    case 'EFBIG':
      return refusal('disk_full', `no room for ${path}: ${error.message}`);
    case 'EMFILE':
    case 'ENFILE':
      return refusal('limit_reached', `too many files are open to write ${path}`);
    case 'ENOENT':
      return refusal('destination_unwritable', `the directory of ${path} does not exist`);
    default:
      return refusal('destination_unwritable', `${path} cannot be written: ${error.message}`);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  if (path.endsWith('/') || path.endsWith(sep)) return true;
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** A link that leads nowhere is something, too. */
async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return false;
    throw error;
  }
}
