/** A download whose events are short calls and whose effects are short lines, for tests that tell a story. */
import { Bitfield, createDownload, type DownloadEvent, type DownloadOptions, geometryOf } from '../src/index.js';

export const PIECE = 256 * 1024;
export const ASK_AGAIN_MS = 100;
export const SILENT_MS = 1_000;

/** A download of `pieceCount` pieces with credit for two, whose effects are short lines: `request a 0`, `ban b …`. */
export function downloadOf(pieceCount: number, options: Partial<DownloadOptions> = {}) {
  const download = createDownload({
    geometry: geometryOf(pieceCount * PIECE, PIECE),
    random: () => 0,
    nowMs: 0,
    creditBytes: 2 * PIECE,
    askAgainAfterMs: ASK_AGAIN_MS,
    silentAfterMs: SILENT_MS,
    ...options,
  });
  const step = (event: DownloadEvent): string[] =>
    download.step(event).map((effect) => {
      if (effect.kind === 'complete') return effect.kind;
      return `${effect.kind} ${effect.peer} ${effect.kind === 'ban' ? effect.reason : effect.piece}`;
    });
  return {
    download,
    open: (peer: string, pieces: 'all' | Bitfield = 'all') => step({ kind: 'peer_opened', peer, pieces }),
    has: (peer: string, ...pieces: number[]) => step({ kind: 'peer_has', peer, pieces }),
    gone: (peer: string) => step({ kind: 'peer_gone', peer }),
    received: (peer: string) => step({ kind: 'bytes_received', peer }),
    verified: (peer: string, piece: number) => step({ kind: 'piece_verified', peer, piece }),
    failed: (peer: string, piece: number) => step({ kind: 'piece_failed', peer, piece }),
    rejected: (peer: string, piece: number) => step({ kind: 'request_rejected', peer, piece }),
    tick: (nowMs: number) => step({ kind: 'tick', nowMs }),
  };
}

/** Of ten pieces, as all tests that care about one have. */
export function some(...pieces: number[]): Bitfield {
  const field = new Bitfield(10);
  for (const piece of pieces) field.add(piece);
  return field;
}
