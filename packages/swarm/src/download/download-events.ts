/** What the core of a download hears and what it wants done: the whole of what it shares with its shell. */
import type { Bitfield, ReadonlyBitfield } from '../bitfield.js';
import type { PieceGeometry } from '../content/pieces.js';
import type { Run } from '../runs.js';
import type { DownloadReport } from './report.js';

/** A peer under the name that the shell gives it; the same peer keeps it, so that a ban holds. */
export type PeerId = string;

export type DownloadEvent =
  /** A peer is ready to serve. Opened once more it starts anew: nothing is offered to it, nothing has come. */
  | { readonly kind: 'peer_opened'; readonly peer: PeerId; readonly pieces: 'all' | Bitfield }
  /** A peer has got more pieces. */
  | { readonly kind: 'peer_has'; readonly peer: PeerId; readonly pieces: readonly number[] }
  | { readonly kind: 'peer_gone'; readonly peer: PeerId }
  /**
   * The next bytes of a piece have come, from its start and in order. Another piece than before means that the peer
   * has given the former one up, unless that was whole. Whether they are of use is said by {@link Download.collects}.
   */
  | {
      readonly kind: 'block_received';
      readonly peer: PeerId;
      readonly piece: number;
      readonly bytes: number;
      /** The same piece once more from its start: it was broken off, and then offered again. */
      readonly again?: boolean;
    }
  /** A whole piece is verified and kept. */
  | { readonly kind: 'piece_verified'; readonly peer: PeerId; readonly piece: number }
  /** A whole piece, every byte of it from this peer, is wrong. */
  | { readonly kind: 'piece_failed'; readonly peer: PeerId; readonly piece: number }
  /** Time passes; only here. A few times a second is fine enough. */
  | { readonly kind: 'tick'; readonly nowMs: number };

export type DownloadEffect =
  /**
   * Change what this peer may choose from. `add`: nobody sends it; `spare`: somebody does, so only where there is
   * nothing else to send to anybody; `remove`: of no use (any more), to be broken off where it is under way. A piece
   * is in one of them at most.
   */
  | {
      readonly kind: 'offer';
      readonly peer: PeerId;
      readonly add: readonly Run[];
      readonly spare: readonly Run[];
      readonly remove: readonly Run[];
    }
  /** Cumulative bytes since the peer was opened: what has come, and up to where it may send. */
  | { readonly kind: 'credit'; readonly peer: PeerId; readonly received: number; readonly credit: number }
  /** Have nothing to do with this peer any more, for this file. */
  | { readonly kind: 'ban'; readonly peer: PeerId; readonly reason: BanReason }
  /** A piece is here for the first time: it can be announced and served. */
  | { readonly kind: 'have'; readonly piece: number }
  /** Every piece is verified. Comes once, as the last effect of a step. */
  | { readonly kind: 'complete' };

/**
 * It sent a wrong piece; it spoke of a piece that the file doesn't have; it goes on sending what nobody asked it for;
 * it begins pieces and never ends them.
 */
export type BanReason = 'wrong_piece' | 'no_such_piece' | 'not_offered' | 'gives_up';

/** Pieces, and a peer that has, or had, all of them. */
export interface HeldRun {
  readonly run: Run;
  readonly peer: PeerId;
}

export interface DownloadOptions {
  readonly geometry: PieceGeometry;
  /** Pieces that are verified already; copied. */
  readonly verified?: ReadonlyBitfield;
  /** Who had pieces when an earlier run of it ended; of those that are missing it is remembered. */
  readonly lastHad?: readonly HeldRun[];
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** The time until the first tick, on the same clock. */
  readonly nowMs: number;
  /** When a peer that has begun a piece and sends nothing of it counts as stalled: others are offered the piece. */
  readonly stallAfterMs?: number;
}

export interface Download {
  /** Takes one event and returns what is to be done, in this order. Never throws but on a bug of the caller. */
  step(event: DownloadEvent): readonly DownloadEffect[];
  /** Whether the bytes of this piece that this peer sends are of use. */
  collects(peer: PeerId, piece: number): boolean;
  /** The pieces that are here; changes with every step. */
  readonly verified: ReadonlyBitfield;
  /** Bytes of these pieces. */
  readonly verifiedBytes: number;
  /** Nothing is missing. A download that begins so (an empty file, a resumed one) has no `complete` effect. */
  readonly isComplete: boolean;
  /** How it stands, for a person. */
  report(): DownloadReport;
  /**
   * One peer for each missing piece that somebody has, or had last, in at most so many runs of ascending pieces; for a
   * later run. What is verified may be in them.
   */
  lastHad(maxRuns: number): readonly HeldRun[];
}
