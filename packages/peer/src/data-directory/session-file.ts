/** The session that outlives the process: who is logged in on this device, and the token that proves it. */
import { TOKEN_BYTES } from '@p2p/protocol';
import { replaceFile } from '@p2p/transport';
import { readIfThere, removeIfThere } from './system-files.js';

export interface StoredSession {
  readonly user: string;
  readonly token: Uint8Array;
}

/** The stored session; undefined where there is none or the file makes no sense (then a log-in replaces it). */
export async function readSession(path: string): Promise<StoredSession | undefined> {
  const text = (await readIfThere(path))?.toString('utf8');
  if (text === undefined) return undefined;
  const value = parse(text);
  if (typeof value !== 'object' || value === null || !('user' in value) || !('token' in value)) return undefined;
  const { user, token } = value;
  if (typeof user !== 'string' || typeof token !== 'string') return undefined;
  const bytes = Buffer.from(token, 'hex');
  return bytes.length === TOKEN_BYTES ? { user, token: new Uint8Array(bytes) } : undefined;
}

export async function writeSession(path: string, session: StoredSession): Promise<void> {
  const token = Buffer.from(session.token).toString('hex');
  await replaceFile(path, `${JSON.stringify({ user: session.user, token })}\n`);
}

export async function removeSession(path: string): Promise<void> {
  await removeIfThere(path);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
