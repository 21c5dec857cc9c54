/**
 * BEP 52's pieces root and piece layer once more, straight from the definition and without a look at our own code: what
 * our programs print is compared with this.
 */
import { createHash } from 'node:crypto';

const LEAF_BYTES = 16 * 1024;

function sha256(...parts: Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The node above the `leafCount` (a power of two) leaves from byte `start` on. Leaves beyond the end are zeros. */
function node(content: Uint8Array, start: number, leafCount: number): Uint8Array {
  if (leafCount === 1) {
    if (start >= content.length) return new Uint8Array(32);
    return sha256(content.subarray(start, start + LEAF_BYTES));
  }
  const half = leafCount / 2;
  return sha256(node(content, start, half), node(content, start + half * LEAF_BYTES, half));
}

/** 64 hex digits. An empty file has no leaf: its root is the missing one's, zeros. */
export function piecesRoot(content: Uint8Array): string {
  const leafCount = Math.max(1, Math.ceil(content.length / LEAF_BYTES));
  const width = 2 ** Math.ceil(Math.log2(leafCount));
  return Buffer.from(node(content, 0, width)).toString('hex');
}

/** The hashes of all pieces, one behind the other. */
export function pieceLayer(content: Uint8Array, pieceLength: number): Uint8Array {
  const hashes: Uint8Array[] = [];
  for (let start = 0; start < content.length; start += pieceLength) {
    hashes.push(node(content, start, pieceLength / LEAF_BYTES));
  }
  return Buffer.concat(hashes);
}
