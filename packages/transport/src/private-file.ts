/**
 * Reads files that hold a secret: keys, and the token of a session. One that others can read is refused, and so is what is
 * too large to be one, or no file at all.
 */
import { MAX_PEM_FILE_BYTES } from '@p2p/protocol';
import { createFile } from './atomic-file.js';
import { openRegular } from './open-regular.js';
import { systemErrorCode, systemErrorWords } from './system-error.js';

/** What such a file is called to a person. */
export interface PrivateFileKind {
  /** `the … <path> cannot be used` */
  readonly file: string;
  /** `other users of this machine can read the … <path>` */
  readonly secret: string;
  /** Of a file that holds something else: `<path> …` */
  readonly damaged: string;
  readonly maxBytes: number;
}

export const keyFileKind: PrivateFileKind = {
  file: 'key file',
  secret: 'private key',
  damaged: 'holds no Ed25519 private key – put back a copy, or move it away to start with a new key',
  maxBytes: MAX_PEM_FILE_BYTES,
};

/** Why a private file can't be used, in a sentence for a person. */
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
export async function readPrivateFile(
  path: string,
  kind: PrivateFileKind,
  content?: () => string,
): Promise<PrivateFile> {
  try {
    const file = await read(path, kind);
    if (file.ok || !file.missing || content === undefined) return file;
    const created = await createFile(path, content());
    const made = await read(path, kind);
    return made.ok ? { ...made, created } : made;
  } catch (error) {
    if (!(error instanceof Error) || systemErrorCode(error) === undefined) throw error;
    return refused(`the ${kind.file} ${path} cannot be used: ${systemErrorWords(error)}`);
  }
}

/** What to say of a file that holds something else than it should. */
export function damagedFile(path: string, kind: PrivateFileKind): UnusableFile {
  return refused(`${path} ${kind.damaged}`);
}

async function read(path: string, kind: PrivateFileKind): Promise<PrivateFile> {
  const file = await openRegular(path).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return 'missing' as const;
    throw error;
  });
  if (file === 'missing') return { ok: false, missing: true, message: `the ${kind.file} ${path} does not exist` };
  if (file === undefined) return damagedFile(path, kind);
  try {
    const { mode, size } = await file.stat();
    // Windows has no such bits: there the directory's rights count.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) return refused(readableByOthers(path, kind));
    if (size > kind.maxBytes) return damagedFile(path, kind);
    return { ok: true, text: await file.readFile('utf8'), created: false };
  } finally {
    await file.close();
  }
}

function refused(message: string): UnusableFile {
  return { ok: false, missing: false, message };
}

function readableByOthers(path: string, { secret }: PrivateFileKind): string {
  return `other users of this machine can read the ${secret} ${path} – run: chmod 600 '${path}'`;
}
