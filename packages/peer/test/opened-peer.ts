/** A client in a data directory of the test's own, with the trackers that the test has started. */
import { join } from 'node:path';
import type { Opened, Peer } from '../src/api.js';
import { openPeer } from '../src/open-peer.js';
import type { ScriptedTracker } from './scripted-tracker.js';

/** Where {@link openIn} keeps what lies in `directory`. */
export const dataDirectoryIn = (directory: string): string => join(directory, 'client');

export function openIn(directory: string, trackers: readonly ScriptedTracker[]): Promise<Opened<Peer>> {
  const local = { host: '127.0.0.1', port: 0 };
  return openPeer({
    dataDirectory: dataDirectoryIn(directory),
    trackers: trackers.map(({ port }, at) => ({ number: at + 1, host: '127.0.0.1', port })),
    clusterFingerprint: undefined,
    firstTracker: 1,
    advertise: local,
    bind: local,
    uploadLimit: 0,
    downloadLimit: 0,
    giveUpMs: undefined,
  });
}
