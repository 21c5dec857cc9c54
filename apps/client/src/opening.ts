/** From arguments and tracker_info.txt to an open peer: which tracker first, which address, which data directory. */
import { join } from 'node:path';
import type { Opened, Peer, PeerOptions } from '@p2p/peer';
import type { Address, TrackerEntry } from '@p2p/protocol';
import type { ClientArguments } from './arguments.js';
import { DEFAULT_GIVE_UP_SECONDS, MAX_DEFAULT_DATA_DIRECTORIES } from './limits.js';

export interface Surroundings {
  readonly trackers: readonly TrackerEntry[];
  readonly fingerprint: string | undefined;
  /** Where tracker_info.txt lies. */
  readonly directory: string;
  /** Whether a person sits at the prompt. */
  readonly interactive: boolean;
}

export type OpenPeer = (options: PeerOptions) => Promise<Opened<Peer>>;

/** Opens a peer in the data directory that was named, or in the first default one that no running client holds. */
export async function openFirstFree(
  open: OpenPeer,
  given: ClientArguments,
  surroundings: Surroundings,
): Promise<Opened<Peer>> {
  const options = peerOptions(given, surroundings);
  if (given.dataDirectory !== undefined) return await open({ ...options, dataDirectory: given.dataDirectory });
  const parent = join(surroundings.directory, '.p2p');
  for (let number = 1; number <= MAX_DEFAULT_DATA_DIRECTORIES; number += 1) {
    const opened = await open({ ...options, dataDirectory: join(parent, `client-${number}`) });
    if (opened.ok || opened.reason !== 'locked') return opened;
  }
  const message = `every data directory in ${parent} is in use – name another one: --data-dir DIR`;
  return { ok: false, reason: 'locked', message };
}

/** Everything but the data directory. */
export function peerOptions(given: ClientArguments, surroundings: Surroundings): Omit<PeerOptions, 'dataDirectory'> {
  const { trackers, fingerprint, interactive } = surroundings;
  const { address } = given;
  const named = address && trackers.find((tracker) => isSameAddress(tracker, address));
  const advertise = named === undefined && address !== undefined ? address : defaultAddress(given.bind);
  const giveUpSeconds = given.giveUpSeconds ?? (interactive ? 0 : DEFAULT_GIVE_UP_SECONDS);
  return {
    trackers,
    clusterFingerprint: fingerprint,
    firstTracker: named?.number ?? 1,
    advertise,
    bind: given.bind ?? advertise,
    uploadLimit: given.uploadLimit,
    downloadLimit: given.downloadLimit,
    giveUpMs: giveUpSeconds === 0 ? undefined : giveUpSeconds * 1_000,
  };
}

/** This machine alone, on any free port; where a socket address was given that others can use, that one. */
function defaultAddress(bind: Address | undefined): Address {
  const isWildcard = bind === undefined || bind.host === '0.0.0.0' || bind.host === '::';
  return { host: isWildcard ? '127.0.0.1' : bind.host, port: 0 };
}

function isSameAddress(one: Address, other: Address): boolean {
  return one.port === other.port && comparableHost(one.host) === comparableHost(other.host);
}

function comparableHost(host: string): string {
  const lowerCase = host.toLowerCase();
  return lowerCase === 'localhost' ? '127.0.0.1' : lowerCase;
}
