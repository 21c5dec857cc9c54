/** What the core of a download hears and what it wants done: the whole of what it shares with its shell. */
import type { Bitfield, ReadonlyBitfield } from './bitfield.js';
import type { PieceGeometry } from './pieces.js';

/** A peer under the name that the shell gives it; the same peer keeps it, so that a ban holds. */
export type PeerId = string;

export type DownloadEvent =
  /** A peer is ready to serve. Opened once more it starts anew: what it owed is asked for again. */
  | { readonly kind: 'peer_opened'; readonly peer: PeerId; readonly pieces: 'all' | Bitfield }
  /** A peer has got more pieces. */
  | { readonly kind: 'peer_has'; readonly peer: PeerId; readonly pieces: readonly number[] }
  | { readonly kind: 'peer_gone'; readonly peer: PeerId }
  /** Some bytes of a piece that was asked for have come: the peer is not silent, however slow. */
  | { readonly kind: 'bytes_received'; readonly peer: PeerId }
  /** A whole piece is verified and kept. It may come after it was cancelled. */
  | { readonly kind: 'piece_verified'; readonly peer: PeerId; readonly piece: number }
  /** A whole piece, every byte of it from this peer, is wrong. */
  | { readonly kind: 'piece_failed'; readonly peer: PeerId; readonly piece: number }
  /** The peer says that it can't serve this piece. */
  | { readonly kind: 'request_rejected'; readonly peer: PeerId; readonly piece: number }
  /** Time passes; only here. A few times a second is fine enough for the time-outs. */
  | { readonly kind: 'tick'; readonly nowMs: number };

export type DownloadEffect =
  | { readonly kind: 'request'; readonly peer: PeerId; readonly piece: number }
  | { readonly kind: 'cancel'; readonly peer: PeerId; readonly piece: number }
  /** Have nothing to do with this peer any more, for this file. Its requests are void without a cancel. */
  | { readonly kind: 'ban'; readonly peer: PeerId; readonly reason: BanReason }
  /** Every piece is verified. Comes once, as the last effect of a step. */
  | { readonly kind: 'complete' };

/** It sent a wrong piece; or it announced a piece that the file doesn't have. */
export type BanReason = 'wrong_piece' | 'no_such_piece';

export interface DownloadOptions {
  readonly geometry: PieceGeometry;
  /** Pieces that are verified already; copied. */
  readonly verified?: ReadonlyBitfield;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** The time until the first tick, on the same clock. */
  readonly nowMs: number;
  /** What one peer may owe, in bytes, but always two pieces: one on its way while the other is verified. */
  readonly creditBytes?: number;
  /** When a piece that is late is asked of one peer more. */
  readonly askAgainAfterMs?: number;
  /** When a peer that owes something and sends nothing counts as silent. */
  readonly silentAfterMs?: number;
}

export interface Download {
  /** Takes one event and returns what is to be done, in this order. Never throws but on a bug of the caller. */
  step(event: DownloadEvent): readonly DownloadEffect[];
  /** The pieces that are here; changes with every step. */
  readonly verified: ReadonlyBitfield;
  /** Bytes of these pieces. */
  readonly verifiedBytes: number;
  /** Nothing is missing. A download that begins so (an empty file, a resumed one) has no `complete` effect. */
  readonly isComplete: boolean;
}
