/** All that a tracker needs before it can start, read and checked: the cluster, its key, and a directory of its own. */
import { join } from 'node:path';
import { loadTrackerInfo } from '@p2p/command-line';
import { formatAddress, type TrackerEntry } from '@p2p/protocol';
import { lockDirectory } from '@p2p/transport';
import type { TrackerArguments } from './arguments.js';
import { ClusterKeys } from './cluster-keys/cluster-keys.js';
import { makePrivateDirectory, narrowFiles } from './storage/private-directory.js';

export interface Configuration {
  /** This tracker's own line. */
  readonly own: TrackerEntry;
  /** Every line, this tracker's included. */
  readonly trackers: readonly TrackerEntry[];
  /** Those that all trackers of the cluster share. */
  readonly keys: ClusterKeys;
  /** Whether this start made the first of them. */
  readonly keyCreated: boolean;
  /** That of tracker_info.txt, where it has one: a key of the cluster, perhaps no longer the one that counts. */
  readonly fingerprint: string | undefined;
  /** The data directory: this tracker's alone until it is released. */
  readonly directory: string;
  /** Files in it that others could read until now. */
  readonly narrowedFiles: number;
  /** Frees the data directory. */
  release(): Promise<void>;
}

export type Loaded =
  | { readonly ok: true; readonly configuration: Configuration }
  | { readonly ok: false; readonly message: string };

const failed = (message: string): Loaded => ({ ok: false, message });

/** Reads tracker_info.txt, takes the data directory, loads or makes the cluster's key. */
export async function loadConfiguration({ trackerInfo, number, dataDirectory }: TrackerArguments): Promise<Loaded> {
  const info = await loadTrackerInfo(trackerInfo, '');
  if (!info.ok) return info;
  const own = info.trackers[number - 1];
  if (own === undefined) return failed(`${trackerInfo} names ${info.trackers.length} trackers; there is no ${number}`);
  const directory = dataDirectory ?? join(info.directory, '.p2p', `tracker-${number}`);
  const taken = await takeDirectory(directory);
  if (!taken.ok) return taken;
  const opened = await ClusterKeys.open(join(info.directory, 'cluster.key'), true);
  const fault = opened.ok ? fingerprintFault(opened.keys, info.fingerprint) : opened.message;
  if (!opened.ok || fault !== undefined) {
    await taken.release();
    return failed(fault ?? directory);
  }
  const { keys, created: keyCreated } = opened;
  const { release, narrowedFiles } = taken;
  const { trackers, fingerprint } = info;
  const kept = { directory, narrowedFiles, release };
  return { ok: true, configuration: { own, trackers, keys, keyCreated, fingerprint, ...kept } };
}

type Taken =
  | { readonly ok: true; readonly narrowedFiles: number; readonly release: () => Promise<void> }
  | { readonly ok: false; readonly message: string };

async function takeDirectory(directory: string): Promise<Taken> {
  try {
    await makePrivateDirectory(directory);
    const lock = await lockDirectory(directory);
    if (lock.ok) return { ok: true, narrowedFiles: await narrowFiles(directory), release: () => lock.release() };
    return { ok: false, message: `another tracker is running with the data directory ${directory}` };
  } catch (error) {
    return { ok: false, message: `the data directory ${directory} cannot be used: ${messageOf(error)}` };
  }
}

function fingerprintFault(keys: ClusterKeys, expected: string | undefined): string | undefined {
  if (expected === undefined || keys.knows(expected)) return undefined;
  return (
    `${keys.path} is the key sha256:${keys.current.id}, but tracker_info.txt names fingerprint=sha256:${expected} – ` +
    'copy cluster.key from the machine of another tracker, or correct the fingerprint'
  );
}

export function describeTracker({ number, ...address }: TrackerEntry): string {
  return `tracker ${number} (${formatAddress(address)})`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
