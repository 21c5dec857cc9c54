/** Holding a name by listening on a local socket, of which the system makes sure that only one process can. */
import { randomBytes } from 'node:crypto';
import { link, rename, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { systemErrorCode } from './system-error.js';

/** What fits into sockaddr_un on macOS and the BSDs (Linux has 4 bytes more), less the suffix of a claimed file. */
const MAX_SOCKET_PATH_BYTES = 103 - 9;

/** Gives the name back. */
export type Release = () => Promise<void>;

/**
 * A name that ends with the process: Linux's abstract sockets, Windows' named pipes.
 *
 * @returns undefined where somebody holds it. Throws the system's errors.
 */
export function holdSocketName(name: string): Promise<Release | undefined> {
  const server = createServer((socket) => socket.destroy());
  // The lock alone is no reason to stay alive.
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (systemErrorCode(error) === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(name, () => resolve(() => new Promise((released) => server.close(() => released()))));
  });
}

/**
 * A socket in the file system, for systems without anything better. A holder that was killed leaves its file behind,
 * told by nobody listening there.
 *
 * @returns undefined where somebody holds it. Throws the system's errors.
 */
export async function holdSocketFile(path: string): Promise<Release | undefined> {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    throw Object.assign(new Error(`the path ${path} is too long for a lock`), { code: 'ENAMETOOLONG' });
  }
  const release = await holdSocketName(path);
  if (release !== undefined || (await isAnswered(path))) return release;
  return (await removeStale(path)) ? holdSocketName(path) : undefined;
}

/**
 * Takes a socket file out of the way, for which two processes may compete: a rename is won by one of them, and what
 * it got is looked at once more, in case the other one has removed the stale file and listens anew.
 *
 * @returns false where it was not stale after all; then it is back in its place
 */
async function removeStale(path: string): Promise<boolean> {
  const claimed = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    await rename(path, claimed);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return true;
    throw error;
  }
  const answered = await isAnswered(claimed);
  if (answered) await link(claimed, path);
  await rm(claimed, { force: true });
  return !answered;
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
