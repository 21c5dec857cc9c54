/** How a download stands: what it says of itself when somebody asks why it is slow, or stuck. */
import { type Run, runsOf } from '../runs.js';
import type { PeerId } from './download-events.js';
import type { Holders } from './holders.js';
import type { Sender } from './senders.js';

export interface DownloadReport {
  /** Pieces that are missing and that no open peer has, by who had them last; null: nobody that was seen. */
  readonly missing: readonly { readonly runs: readonly Run[]; readonly lastHad: PeerId | null }[];
  /** The open peers. */
  readonly peers: readonly PeerReport[];
  /** Whom not to have anything to do with, and why. */
  readonly bans: readonly { readonly peer: PeerId; readonly reason: string }[];
  /** Verified bytes by who sent them, peers that are gone included; what was here at the start is nobody's. */
  readonly sources: readonly { readonly peer: PeerId; readonly bytes: number }[];
}

export interface PeerReport {
  readonly peer: PeerId;
  /** Pieces that it has said it has. */
  readonly pieces: number;
  /** Bytes per second that come from it now. */
  readonly bytesPerSecond: number;
  /** Bytes that have come from it since it was opened, and how many of them were of no use. */
  readonly received: number;
  readonly wasted: number;
  /** Bytes that it may send at once. */
  readonly creditWindow: number;
  /** The piece that it is sending, and how much of it has come. */
  readonly sending: { readonly piece: number; readonly received: number } | null;
  /** How often it has begun a piece and sent nothing for too long, and whether it is so now. */
  readonly stalls: number;
  readonly stalled: boolean;
}

/** `free`: pieces that nobody sends. */
export function missingOf(free: Iterable<number>, holders: Holders): DownloadReport['missing'] {
  const byHolder = new Map<PeerId | null, number[]>();
  for (const piece of free) {
    if (holders.has(piece)) continue;
    const lastHad = holders.lastHad(piece);
    const pieces = byHolder.get(lastHad);
    if (pieces === undefined) byHolder.set(lastHad, [piece]);
    else pieces.push(piece);
  }
  return [...byHolder].map(([lastHad, pieces]) => ({ runs: runsOf(pieces), lastHad }));
}

/** `pieces`: that it has said it has. */
export function reportOf(sender: Sender, pieces: number, nowMs: number): PeerReport {
  return {
    peer: sender.id,
    pieces,
    bytesPerSecond: sender.rate.read(nowMs),
    received: sender.received,
    wasted: sender.wasted,
    creditWindow: sender.window.bytes,
    sending: sender.reception === undefined ? null : { ...sender.reception },
    stalls: sender.stalls,
    stalled: sender.stalled,
  };
}
