/** Reading and removing files that may not be there, and telling the system's errors from bugs. */
import { readFile, unlink } from 'node:fs/promises';

/** Bytes of a file, or undefined where there is none. Any other failure rejects. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'ENOENT') throw error;
  }
}

/** An error that the operating system gave, with its code (`ENOENT`, `ENOSPC`, …). */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'errno' in error;
}

/** A file of the data directory that holds something else than it should. The message says which, and what to do. */
export class DamagedFileError extends Error {}
