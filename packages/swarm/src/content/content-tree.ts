/**
 * A file's identity and how its parts are checked against it: the pieces root and the piece layer of BitTorrent v2
 * (BEP 52, "pieces root" and "piece layers"). Making them for a whole file is the matter of content-hasher.ts.
 */
import { LEAF_BYTES } from '@p2p/protocol';
import {
  HASH_BYTES,
  leafHashes,
  merkleRoot,
  missingLeaf,
  missingSubtree,
  nextPowerOfTwo,
  type Sha256,
} from './merkle.js';
import { type PieceGeometry, pieceRange } from './pieces.js';

/** What the bytes of a file are held against. */
export interface ContentTree {
  readonly geometry: PieceGeometry;
  /** Pieces root, 32 bytes. The same for every piece length. */
  readonly root: Uint8Array;
  /** The hashes of all pieces, 32 bytes each; empty for a file of at most one piece, whose hash is the root itself. */
  readonly layer: Uint8Array;
}

/** One piece's bytes, whole. They must all come from one peer where that peer is to be blamed for them. */
export interface Piece {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/**
 * The root of an empty file. BEP 52 gives it none; here it is the root of a tree without leaves, 32 zero bytes, which
 * is no hash of any content.
 */
export function emptyRoot(): Uint8Array {
  return missingLeaf();
}

/** Bytes of the piece layer of such a file. */
export function layerBytesOf(geometry: PieceGeometry): number {
  return geometry.pieceCount > 1 ? geometry.pieceCount * HASH_BYTES : 0;
}

/** The hash of a piece. Throws a RangeError where the bytes are not as many as the piece has: that is a bug. */
export function pieceHash(sha256: Sha256, piece: Piece, geometry: PieceGeometry): Uint8Array {
  const { start, end } = pieceRange(piece.index, geometry);
  if (piece.bytes.length !== end - start) {
    throw new RangeError(`piece ${piece.index} has ${end - start} bytes, not ${piece.bytes.length}`);
  }
  return hashOfLeaves(sha256, leafHashes(sha256, piece.bytes), geometry);
}

/**
 * The hash of a piece from the hashes of its leaves. With more pieces than one, each stands on a full subtree; a file
 * of one piece has a tree only as high as its leaves demand.
 */
export function hashOfLeaves(sha256: Sha256, leaves: Uint8Array, geometry: PieceGeometry): Uint8Array {
  const width =
    geometry.pieceCount > 1 ? geometry.pieceLength / LEAF_BYTES : nextPowerOfTwo(leaves.length / HASH_BYTES);
  return merkleRoot(sha256, leaves, { width, filler: missingLeaf() });
}

/** The pieces root above the hashes of all pieces, of which there is at least one. */
function rootOfPieces(sha256: Sha256, hashes: Uint8Array, geometry: PieceGeometry): Uint8Array {
  const filler = missingSubtree(sha256, geometry.pieceLength / LEAF_BYTES);
  return merkleRoot(sha256, hashes, { width: nextPowerOfTwo(geometry.pieceCount), filler });
}

/** The tree of a whole file from the hashes of all its pieces, 32 bytes each. */
export function treeOfPieces(sha256: Sha256, hashes: Uint8Array, geometry: PieceGeometry): ContentTree {
  return {
    geometry,
    root: geometry.pieceCount === 0 ? emptyRoot() : rootOfPieces(sha256, hashes, geometry),
    layer: hashes.subarray(0, layerBytesOf(geometry)),
  };
}

/** The hash that a piece must have: 32 bytes. */
export function expectedPieceHash(tree: ContentTree, pieceIndex: number): Uint8Array {
  pieceRange(pieceIndex, tree.geometry);
  if (tree.geometry.pieceCount === 1) return tree.root;
  return tree.layer.subarray(pieceIndex * HASH_BYTES, (pieceIndex + 1) * HASH_BYTES);
}

/** Whether these are the bytes of the file. The tree's layer must have been verified before. */
export function verifyPiece(sha256: Sha256, piece: Piece, tree: ContentTree): boolean {
  return sameBytes(pieceHash(sha256, piece, tree.geometry), expectedPieceHash(tree, piece.index));
}

/** Whether a layer, as a peer sent it, is the one under the root. False for a layer of the wrong length, too. */
export function verifyLayer(sha256: Sha256, tree: ContentTree): boolean {
  if (tree.layer.length !== layerBytesOf(tree.geometry)) return false;
  if (tree.geometry.pieceCount === 0) return sameBytes(tree.root, emptyRoot());
  if (tree.geometry.pieceCount === 1) return tree.root.length === HASH_BYTES;
  return sameBytes(rootOfPieces(sha256, tree.layer, tree.geometry), tree.root);
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
