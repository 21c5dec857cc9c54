/** How a file is cut, verified and fetched. Pure: no sockets, no files, no clock, no dice; SHA-256 is an argument. */
export { Bitfield, type ReadonlyBitfield } from './bitfield.js';
export { ContentHasher } from './content-hasher.js';
export {
  type ContentTree,
  emptyRoot,
  expectedPieceHash,
  hashOfLeaves,
  layerBytesOf,
  type Piece,
  pieceHash,
  verifyLayer,
  verifyPiece,
} from './content-tree.js';
export { createDownload } from './download.js';
export type {
  BanReason,
  Download,
  DownloadEffect,
  DownloadEvent,
  DownloadOptions,
  PeerId,
} from './download-events.js';
export { HASH_BYTES, leafHashes, type Sha256 } from './merkle.js';
export { geometryOf, isPieceOf, type PieceGeometry, pieceCountOf, pieceLengthFor, pieceRange } from './pieces.js';
