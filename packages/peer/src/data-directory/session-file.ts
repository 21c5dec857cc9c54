/** The session that outlives the process: who is logged in on this device, and the token that proves it. */
import { TOKEN_BYTES } from '@p2p/protocol';
import { type PrivateFileKind, readPrivateFile, replaceFile } from '@p2p/transport';
import { removeIfThere } from './system-files.js';

export interface StoredSession {
  readonly user: string;
  readonly token: Uint8Array;
}

export type LoadedSession =
  /** Undefined where there is none, or the file makes no sense: then a log-in replaces it. */
  | { readonly ok: true; readonly session: StoredSession | undefined }
  /** A sentence for a person: others can read the token, or it can't be read at all. */
  | { readonly ok: false; readonly message: string };

const sessionFileKind: PrivateFileKind = {
  file: 'session file',
  secret: 'session',
  damaged: 'holds no session – remove it, and log in again',
  // A name and a token are under 1 KiB.
  maxBytes: 16 * 1024,
};

export async function loadSession(path: string): Promise<LoadedSession> {
  const file = await readPrivateFile(path, sessionFileKind);
  if (!file.ok) return file.missing ? { ok: true, session: undefined } : file;
  return { ok: true, session: sessionIn(file.text) };
}

export async function writeSession(path: string, session: StoredSession): Promise<void> {
  const token = Buffer.from(session.token).toString('hex');
  await replaceFile(path, `${JSON.stringify({ user: session.user, token })}\n`);
}

export async function removeSession(path: string): Promise<void> {
  await removeIfThere(path);
}

function sessionIn(text: string): StoredSession | undefined {
  const value = parse(text);
  if (typeof value !== 'object' || value === null || !('user' in value) || !('token' in value)) return undefined;
  const { user, token } = value;
  if (typeof user !== 'string' || typeof token !== 'string') return undefined;
  const bytes = Buffer.from(token, 'hex');
  return bytes.length === TOKEN_BYTES ? { user, token: new Uint8Array(bytes) } : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
