/** Opens a file for reading where it is one: nothing else is ever opened, nor waited for. */
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

/** Opening a pipe would wait for somebody to write to it, and a terminal could become this program's own. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** Undefined where `path` leads to something else than a regular file. Rejects where the system refuses. */
export async function openRegular(path: string): Promise<FileHandle | undefined> {
  // No name has a null byte, and Node takes one for a mistake of the program.
  if (path.includes('\0')) return undefined;
  // Asked before opening, since to open a device may already do something; and after, since it may be another by then.
  if (!(await stat(path)).isFile()) return undefined;
  const file = await open(path, flags);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
}
