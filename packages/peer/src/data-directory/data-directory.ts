/** What a client keeps between its runs, and under which names: all of it in one directory that nobody else can read. */
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Identity, loadOrCreateIdentity } from '@p2p/transport';
import { type KeptLibrary, openLibrary } from '../library/kept-library.js';
import { ClusterPin } from './cluster-pin.js';
import { RequestCounters } from './request-counters.js';
import { loadSession, type StoredSession } from './session-file.js';
import { DamagedFileError, isSystemError } from './system-files.js';

export interface KeptData {
  /** The device's key. */
  readonly identity: Identity;
  readonly counters: RequestCounters;
  readonly pin: ClusterPin;
  readonly session: StoredSession | undefined;
  readonly sessionPath: string;
  /** Shares and downloads. */
  readonly library: KeptLibrary;
}

export type LoadedData =
  | { readonly ok: true; readonly kept: KeptData }
  | { readonly ok: false; readonly message: string };

/** Makes the directory where it is missing. Returns a sentence for a person where it can't be used. */
export async function prepareDirectory(path: string): Promise<string | undefined> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await chmod(path, 0o700);
    return undefined;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return `the data directory ${path} cannot be used: ${error.message}`;
  }
}

/** Reads everything; what is missing is made. The directory must be locked. */
export async function loadKeptData(directory: string, clusterFingerprint: string | undefined): Promise<LoadedData> {
  const loaded = await loadOrCreateIdentity(join(directory, 'device.key'));
  if (!loaded.ok) return loaded;
  const sessionPath = join(directory, 'session.json');
  const stored = await loadSession(sessionPath);
  if (!stored.ok) return stored;
  try {
    const kept = {
      identity: loaded.identity,
      counters: await RequestCounters.open(join(directory, 'request-counter'), Date.now()),
      pin: await ClusterPin.open(join(directory, 'cluster-fingerprint'), clusterFingerprint),
      session: stored.session,
      sessionPath,
      library: await openLibrary(join(directory, 'library')),
    };
    return { ok: true, kept };
  } catch (error) {
    // Damaged, or unreadable: both say which file.
    if (error instanceof DamagedFileError || isSystemError(error)) return { ok: false, message: error.message };
    throw error;
  }
}
