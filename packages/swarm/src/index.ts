/** How a file is cut, verified and fetched. Pure: no sockets, no files, no clock, no dice; SHA-256 is an argument. */
export { Bitfield, type ReadonlyBitfield } from './bitfield.js';
export { ContentHasher } from './content/content-hasher.js';
export {
  type ContentTree,
  emptyRoot,
  expectedPieceHash,
  hashOfLeaves,
  layerBytesOf,
  type Piece,
  pieceHash,
  treeOfPieces,
  verifyLayer,
  verifyPiece,
} from './content/content-tree.js';
export { HASH_BYTES, leafHashes, type Sha256 } from './content/merkle.js';
export {
  geometryOf,
  isPieceOf,
  type PieceGeometry,
  pieceCountOf,
  pieceLengthFor,
  pieceRange,
} from './content/pieces.js';
export { createDownload } from './download/download.js';
export type {
  BanReason,
  Download,
  DownloadEffect,
  DownloadEvent,
  DownloadOptions,
  HeldRun,
  PeerId,
} from './download/download-events.js';
export { Rate } from './download/rate.js';
export type { DownloadReport, PeerReport } from './download/report.js';
export { piecesOf, type Run, runsOf } from './runs.js';
export type { Servable } from './upload/board.js';
export type { LaneOffer } from './upload/lane.js';
export { type Block, type LaneCredit, type LaneTarget, UploadSchedule } from './upload/upload-schedule.js';
