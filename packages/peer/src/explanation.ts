/** Why a download is slow or stuck, and of a finished one where it came from: what `explain` answers. */
import type { DownloadState } from './api.js';

export interface Explanation {
  readonly group: string;
  readonly file: string;
  readonly state: DownloadState;
  readonly missing: readonly MissingPieces[];
  /** Those from which most has come are first. */
  readonly peers: readonly ExplainedPeer[];
  /** The tracker that answered last when it was asked who has the file; null: none has, since this client runs. */
  readonly tracker: { readonly number: number; readonly agoMs: number } | null;
}

/** Pieces of a download under way that nobody has with whom this client is connected. Pieces are numbered from 0. */
export interface MissingPieces {
  readonly first: number;
  readonly last: number;
  /** The device that had them when it was last connected; null: nobody that was seen. */
  readonly lastHad: string | null;
}

/**
 * How a download stands with a peer. `known`: named by a tracker, not tried yet; `connecting`; `connected`; `waiting`:
 * not to be reached, or lost, and tried again; `banned`: never again; `gone`: nothing is wanted of it any more, and it
 * is here for what has come from it.
 */
export type PeerPhase = 'known' | 'connecting' | 'connected' | 'waiting' | 'banned' | 'gone';

export interface ExplainedPeer {
  /** 64 hex digits. */
  readonly device: string;
  readonly phase: PeerPhase;
  /** What went wrong with it last, in a few words; null: nothing. */
  readonly trouble: string | null;
  /** When it is tried again; null where that is not due. */
  readonly retryInMs: number | null;
  /** Pieces that it has; null as long as it has not said. */
  readonly pieces: number | null;
  readonly bytesPerSecond: number;
  /** Null where it was not measured. */
  readonly roundTripMs: number | null;
  /** What it may send before it hears from this client again. */
  readonly outstandingBytes: number;
  /** How often it has begun a piece and sent nothing of it for too long, since it was connected. */
  readonly stalls: number;
  /** Verified bytes of the file that have come from it. */
  readonly bytes: number;
}
