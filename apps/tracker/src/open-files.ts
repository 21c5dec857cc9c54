/**
 * How many connections the system has room for. Each is an open file, and so is the journal: were connections to take
 * them all, the tracker could not go on.
 */
import { readFile } from 'node:fs/promises';
import { FILES_BESIDES_CONNECTIONS, MAX_CONNECTIONS } from '@p2p/protocol';

/** As many as a tracker may have, or fewer where this process may not open as many files. */
export async function roomForConnections(): Promise<number> {
  return connectionsWithin(openFilesIn(await readFile('/proc/self/limits', 'utf8').catch(() => '')));
}

/** The bound that is in force, by `/proc/<pid>/limits` of Linux; undefined where nothing is said, or there is none. */
export function openFilesIn(limits: string): number | undefined {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  return soft === undefined ? undefined : Number(soft);
}

export function connectionsWithin(openFiles: number | undefined): number {
  if (openFiles === undefined) return MAX_CONNECTIONS;
  // Half of them at the least: whoever allows so few has no crowd in mind.
  const room = Math.max(Math.floor(openFiles / 2), openFiles - FILES_BESIDES_CONNECTIONS);
  return Math.min(MAX_CONNECTIONS, room);
}
