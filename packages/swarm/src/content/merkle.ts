/**
 * The Merkle tree of BitTorrent v2 (BEP 52) without its files and pieces: hashes of leaves, and layers reduced to a
 * root. A layer is its hashes one after the other, 32 bytes each.
 */
import { LEAF_BYTES } from '@p2p/protocol';

/**
 * SHA-256, given by the host. The result is 32 bytes of its own for every call; the argument is a view that is valid
 * only during the call.
 */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** Bytes of a hash. */
export const HASH_BYTES = 32;

/** What stands for a leaf beyond the end of the file: zeros, not the hash of zeros. */
export function missingLeaf(): Uint8Array {
  return new Uint8Array(HASH_BYTES);
}

/** The hashes of the 16 KiB leaves of `bytes`, in order; the last leaf is as short as the rest, without padding. */
export function leafHashes(sha256: Sha256, bytes: Uint8Array): Uint8Array {
  const hashes = new Uint8Array(Math.ceil(bytes.length / LEAF_BYTES) * HASH_BYTES);
  for (let leaf = 0; leaf * LEAF_BYTES < bytes.length; leaf++) {
    hashes.set(sha256(bytes.subarray(leaf * LEAF_BYTES, (leaf + 1) * LEAF_BYTES)), leaf * HASH_BYTES);
  }
  return hashes;
}

/** How a layer is made up to a full one: `width` nodes, a power of two, the missing ones being `filler`. */
interface LayerShape {
  readonly width: number;
  readonly filler: Uint8Array;
}

/** The root above a layer of at least one and at most `width` nodes. */
export function merkleRoot(sha256: Sha256, layer: Uint8Array, shape: LayerShape): Uint8Array {
  let nodes = layer;
  let filler = shape.filler;
  for (let width = shape.width; width > 1; width /= 2) {
    // A layer that is full has full layers above it, which need no filler.
    const isFull = nodes.length === width * HASH_BYTES;
    nodes = parents(sha256, nodes, filler);
    if (!isFull) filler = parentOf(sha256, filler, filler);
  }
  return nodes;
}

/** The root of a subtree of `leafCount` missing leaves; a power of two. */
export function missingSubtree(sha256: Sha256, leafCount: number): Uint8Array {
  let root = missingLeaf();
  for (let width = 1; width < leafCount; width *= 2) root = parentOf(sha256, root, root);
  return root;
}

/** The least power of two that is at least `count`. */
export function nextPowerOfTwo(count: number): number {
  let power = 1;
  while (power < count) power *= 2;
  return power;
}

function parents(sha256: Sha256, nodes: Uint8Array, filler: Uint8Array): Uint8Array {
  const pairBytes = 2 * HASH_BYTES;
  const result = new Uint8Array(Math.ceil(nodes.length / pairBytes) * HASH_BYTES);
  for (let pair = 0; pair * pairBytes < nodes.length; pair++) {
    const children = nodes.subarray(pair * pairBytes, (pair + 1) * pairBytes);
    const parent = children.length === pairBytes ? sha256(children) : parentOf(sha256, children, filler);
    result.set(parent, pair * HASH_BYTES);
  }
  return result;
}

function parentOf(sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  const children = new Uint8Array(2 * HASH_BYTES);
  children.set(left);
  children.set(right, HASH_BYTES);
  return sha256(children);
}
