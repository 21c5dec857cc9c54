/** Reads a file that holds private keys, and refuses one that others can read, or that is too large to be one. */
import { open } from 'node:fs/promises';
import { MAX_PEM_FILE_BYTES } from '@p2p/protocol';
import { createFile } from './atomic-file.js';
import { systemErrorCode, systemErrorWords } from './system-error.js';

/** Why a key file can't be used, in a sentence for a person. */
export interface UnusableFile {
  readonly ok: false;
  /** There is no such file. */
  readonly missing: boolean;
  readonly message: string;
}

export type PrivateFile = { readonly ok: true; readonly text: string; readonly created: boolean } | UnusableFile;

/**
 * What the file at `path` holds. Where there is none it is made with what `content` gives, if that is said; processes
 * that start together end with the same.
 */
export async function readPrivateFile(path: string, content?: () => string): Promise<PrivateFile> {
  try {
    const file = await read(path);
    if (file.ok || !file.missing || content === undefined) return file;
    const created = await createFile(path, content());
    const made = await read(path);
    return made.ok ? { ...made, created } : made;
  } catch (error) {
    if (!(error instanceof Error) || systemErrorCode(error) === undefined) throw error;
    return refused(`the key file ${path} cannot be used: ${systemErrorWords(error)}`);
  }
}

/** What to say of a file that holds something else than it should. */
export function damagedKeyFile(path: string): UnusableFile {
  return refused(`${path} holds no Ed25519 private key – put back a copy, or move it away to start with a new key`);
}

async function read(path: string): Promise<PrivateFile> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return { ok: false, missing: true, message: `the key file ${path} does not exist` };
  try {
    const { mode, size } = await file.stat();
    // Windows has no such bits: there the directory's rights count.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) return refused(readableByOthers(path));
    if (size > MAX_PEM_FILE_BYTES) return damagedKeyFile(path);
    return { ok: true, text: await file.readFile('utf8'), created: false };
  } finally {
    await file.close();
  }
}

function refused(message: string): UnusableFile {
  return { ok: false, missing: false, message };
}

function readableByOthers(path: string): string {
  return `other users of this machine can read the private key ${path} – run: chmod 600 '${path}'`;
}
