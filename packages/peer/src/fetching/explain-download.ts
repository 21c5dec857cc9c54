/** Puts together why a download is slow or stuck, from what its parts say of themselves. */
import { geometryOf, type PeerReport } from '@p2p/swarm';
import type { DownloadState } from '../api.js';
import type { ExplainedPeer, Explanation, MissingPieces } from '../explanation.js';
import type { FetchReport, FileMetadata } from './file-fetch.js';
import type { SourceReport, SourceTrouble } from './sources.js';

/** What is asked of a download. */
export interface ExplainableDownload {
  readonly target: { readonly group: string; readonly file: string; readonly metadata: FileMetadata };
  readonly state: DownloadState;
  report(): DownloadReport;
}

export interface DownloadReport {
  /** While it runs. */
  readonly fetch: FetchReport | undefined;
  /** Verified bytes by the device that they came from, over all runs. */
  readonly sources: ReadonlyMap<string, number>;
}

/** `tracker`: the one that has spoken last of who has the file. */
export function explanationOf(download: ExplainableDownload, tracker: Explanation['tracker']): Explanation {
  const { target, state } = download;
  const { group, file, metadata } = target;
  const { fetch, sources } = download.report();
  const missing = fetch === undefined ? [] : missingOf(fetch, metadata);
  return { group, file, state, missing, peers: peersOf(fetch, sources), tracker };
}

/** Nothing is known of pieces before their hashes are: then all are missing, if nobody is there to give them. */
function missingOf({ download, sources }: FetchReport, { bytes, pieceLength }: FileMetadata): MissingPieces[] {
  if (download === undefined) {
    const { pieceCount } = geometryOf(bytes, pieceLength);
    const somebodyIsThere = sources.some(({ phase }) => phase === 'connected');
    return somebodyIsThere || pieceCount === 0 ? [] : [{ first: 0, last: pieceCount - 1, lastHad: null }];
  }
  const missing = download.missing.flatMap(({ runs, lastHad }) =>
    runs.map(([first, end]) => ({ first, last: end - 1, lastHad })),
  );
  return missing.sort((a, b) => a.first - b.first);
}

function peersOf(fetch: FetchReport | undefined, parts: ReadonlyMap<string, number>): ExplainedPeer[] {
  const sources = new Map(fetch?.sources.map((source) => [source.device as string, source]));
  const senders = new Map(fetch?.download?.peers.map((sender) => [sender.peer, sender]));
  const devices = [...new Set([...sources.keys(), ...parts.keys()])];
  const peers = devices.map((device) => ({
    device,
    ...standingOf(sources.get(device)),
    ...sendingOf(senders.get(device)),
    bytes: parts.get(device) ?? 0,
  }));
  return peers.sort((a, b) => b.bytes - a.bytes || b.bytesPerSecond - a.bytesPerSecond);
}

function standingOf(source: SourceReport | undefined) {
  return {
    phase: source?.phase ?? 'gone',
    trouble: source?.trouble === undefined ? null : troubles[source.trouble],
    retryInMs: source?.retryInMs ?? null,
    roundTripMs: source?.roundTripMs ?? null,
  } as const;
}

function sendingOf(sender: PeerReport | undefined) {
  return {
    pieces: sender?.pieces ?? null,
    bytesPerSecond: sender?.bytesPerSecond ?? 0,
    outstandingBytes: sender?.creditWindow ?? 0,
    stalls: sender?.stalls ?? 0,
  };
}

const troubles: Readonly<Record<SourceTrouble, string>> = {
  not_reached: 'could not be reached',
  neither_reachable: 'nobody can dial it, nor this client',
  disconnected: 'the connection ended',
  not_shared: 'does not share it now',
  not_allowed: 'does not believe that this device may have it',
  too_many_channels: 'serves too many files at a time',
  file_changed: 'its file has changed',
  wrong_hashes: 'sent wrong hashes',
  wrong_piece: 'sent a wrong piece',
  no_such_piece: 'spoke of a piece that the file does not have',
  not_offered: 'sent what nobody wanted',
  gives_up: 'begins pieces and does not end them',
};
