/** Keeps a data directory from everybody else: it holds the hashes of passwords. */
import { chmod, lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseFileName } from '@p2p/state';

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
/** What the group and the others may. */
const OTHERS = 0o077;

/** Makes the directory where it is missing; nobody else enters it from now on. Rejects with the system's errors. */
export async function makePrivateDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
  await chmod(directory, DIRECTORY_MODE);
}

/**
 * Takes the tracker's files in the directory away from everybody else, as they may be after a copy. Returns how many
 * others could read or write until now. Rejects with the system's errors.
 */
export async function narrowFiles(directory: string): Promise<number> {
  // Windows has no such bits: there the directory's rights count.
  if (process.platform === 'win32') return 0;
  let narrowed = 0;
  for (const name of await readdir(directory)) {
    if (parseFileName(name) === undefined) continue;
    const path = join(directory, name);
    const stats = await lstat(path);
    // A link leads to what is somebody else's matter.
    if (!stats.isFile() || (stats.mode & OTHERS) === 0) continue;
    await chmod(path, FILE_MODE);
    narrowed += 1;
  }
  return narrowed;
}
