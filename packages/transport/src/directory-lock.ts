/**
 * A lock on a directory that is free again when its holder dies, by kill -9 too: a listening socket that nobody ever
 * talks to, named after the directory.
 */
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { holdSocketFile, holdSocketName } from './held-socket.js';
import { systemErrorCode, systemErrorWords } from './system-error.js';

export type DirectoryLock =
  | { readonly ok: true; release(): Promise<void> }
  /** A sentence for a person: somebody holds it, or the directory can't be used. */
  | { readonly ok: false; readonly message: string };

/** Locks an existing directory against every other process of this machine, and against this one. */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  try {
    const release = await holdFor(await realpath(directory));
    if (release !== undefined) return { ok: true, release };
    return { ok: false, message: `${directory} is in use by another process` };
  } catch (error) {
    if (!(error instanceof Error) || systemErrorCode(error) === undefined) throw error;
    return { ok: false, message: `${directory} cannot be locked: ${systemErrorWords(error)}` };
  }
}

function holdFor(realPath: string): Promise<(() => Promise<void>) | undefined> {
  // A hash, because the names of sockets are short, and longer ones are cut without a word.
  const name = `p2p-${createHash('sha256').update(realPath).digest('hex')}`;
  if (process.platform === 'linux') return holdSocketName(`\0${name}`);
  if (process.platform === 'win32') return holdSocketName(`\\\\.\\pipe\\${name}`);
  return holdSocketFile(join(realPath, 'lock'));
}
