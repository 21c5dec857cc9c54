/**
 * How a file is cut: into pieces of one length, a power of two, the last one shorter. Plain arithmetic on doubles, so
 * that sizes beyond 2^32 are ordinary.
 */
import { LEAF_BYTES, MAX_DATA_BYTES, MAX_FILE_BYTES, MAX_PIECE_BYTES, MIN_PIECE_BYTES } from '@p2p/protocol';

/** Above this many a file gets longer ones: a swarm gains nothing by more, and each has its price on either side. */
const ENOUGH_PIECES = 512;

/** Above this many a file gets pieces that don't fit a frame: its piece layer then stays at about 2 MiB. */
const MOST_PIECES = 65_536;

/** The cut of one file. Made by {@link geometryOf} only, so it is always sound. */
export interface PieceGeometry {
  /** Size of the file. */
  readonly bytes: number;
  /** Bytes of every piece but the last; a power of two, at least one leaf of 16 KiB. */
  readonly pieceLength: number;
  /** 0 for an empty file. */
  readonly pieceCount: number;
}

/**
 * The piece length for a new share of `bytes`: the least of 256 KiB … 16 MiB that gives at most 512 pieces, but no
 * more than a frame of 2 MiB as long as there are at most 65,536.
 */
export function pieceLengthFor(bytes: number): number {
  let pieceLength = MIN_PIECE_BYTES;
  const most = () => (pieceLength < MAX_DATA_BYTES ? ENOUGH_PIECES : MOST_PIECES);
  while (pieceLength < MAX_PIECE_BYTES && pieceCountOf(bytes, pieceLength) > most()) pieceLength *= 2;
  return pieceLength;
}

/** Number of pieces, the short last one included. */
export function pieceCountOf(bytes: number, pieceLength: number): number {
  return Math.ceil(bytes / pieceLength);
}

/** Throws a RangeError where the size is not one of a file, or the length not a power of two of at least a leaf. */
export function geometryOf(bytes: number, pieceLength: number): PieceGeometry {
  if (!Number.isSafeInteger(bytes) || bytes < 0 || bytes > MAX_FILE_BYTES) {
    throw new RangeError(`no file has ${bytes} bytes`);
  }
  if (pieceLength < LEAF_BYTES || pieceLength > MAX_PIECE_BYTES || !Number.isInteger(Math.log2(pieceLength))) {
    throw new RangeError(`${pieceLength} is no piece length`);
  }
  return { bytes, pieceLength, pieceCount: pieceCountOf(bytes, pieceLength) };
}

/** Where a piece lies in the file: bytes `[start, end)`. Throws a RangeError for a piece that the file doesn't have. */
export function pieceRange(pieceIndex: number, geometry: PieceGeometry): { start: number; end: number } {
  if (!isPieceOf(pieceIndex, geometry)) throw new RangeError(`no piece ${pieceIndex} of ${geometry.pieceCount}`);
  const start = pieceIndex * geometry.pieceLength;
  return { start, end: Math.min(start + geometry.pieceLength, geometry.bytes) };
}

/** Whether the file has a piece of this number. */
export function isPieceOf(pieceIndex: number, geometry: PieceGeometry): boolean {
  return Number.isInteger(pieceIndex) && pieceIndex >= 0 && pieceIndex < geometry.pieceCount;
}
