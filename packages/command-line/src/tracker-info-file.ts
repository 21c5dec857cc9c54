/** Finds and reads tracker_info.txt. What its lines mean is `@p2p/protocol`'s matter. */
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseTrackerInfo, type TrackerEntry } from '@p2p/protocol';

const FILE_NAME = 'tracker_info.txt';

/** A file of 16 trackers with comments is far below; anything larger is not a tracker_info.txt. */
const MAX_TRACKER_INFO_BYTES = 64 * 1024;

export type TrackerInfoFile =
  | {
      readonly ok: true;
      readonly trackers: readonly TrackerEntry[];
      readonly fingerprint: string | undefined;
      /** Where the file lies. */
      readonly directory: string;
    }
  | { readonly ok: false; readonly message: string };

/** The nearest tracker_info.txt from `directory` upwards; undefined where there is none. */
export function findTrackerInfo(directory: string): string | undefined {
  const path = join(directory, FILE_NAME);
  if (existsSync(path)) return path;
  const parent = dirname(directory);
  return parent === directory ? undefined : findTrackerInfo(parent);
}

/** Reads the file that was named, or else the nearest one from `directory` upwards. */
export async function loadTrackerInfo(named: string | undefined, directory: string): Promise<TrackerInfoFile> {
  const path = named ?? findTrackerInfo(directory);
  if (path === undefined) {
    return { ok: false, message: `there is no ${FILE_NAME} in ${directory} or above – give its path` };
  }
  const content = await readBounded(path);
  if (!content.ok) return { ok: false, message: `${path} cannot be read: ${content.message}` };
  const info = parseTrackerInfo(content.text);
  if (!info.ok) return { ok: false, message: `${path}, line ${info.line}: ${info.message}` };
  return { ok: true, trackers: info.trackers, fingerprint: info.fingerprint, directory: dirname(path) };
}

type Content = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

async function readBounded(path: string): Promise<Content> {
  try {
    const file = await open(path, 'r');
    try {
      const buffer = new Uint8Array(MAX_TRACKER_INFO_BYTES + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      if (bytesRead > MAX_TRACKER_INFO_BYTES) return { ok: false, message: 'it is too large to be one' };
      return { ok: true, text: new TextDecoder().decode(buffer.subarray(0, bytesRead)) };
    } finally {
      await file.close();
    }
  } catch (error) {
    return { ok: false, message: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a directory';
  if (code === 'EACCES') return 'permission denied';
  return error instanceof Error ? error.message : String(error);
}
