import { hash } from 'node:crypto';
import { LEAF_BYTES } from '@p2p/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ContentHasher,
  type ContentTree,
  HASH_BYTES,
  hashOfLeaves,
  leafHashes,
  pieceHash,
  pieceRange,
  verifyLayer,
  verifyPiece,
} from '../../src/index.js';
import { LARGE_ZEROS, ROOT_VECTORS, vectorContent } from './root-vectors.js';

const KIB = 1024;
const SMALL_PIECE = 32 * KIB;

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function treeOf(content: Uint8Array, pieceLength: number): ContentTree {
  const hasher = new ContentHasher(sha256, content.length, pieceLength);
  hasher.update(content);
  return hasher.finish();
}

function pieceOf(content: Uint8Array, index: number, tree: ContentTree) {
  const { start, end } = pieceRange(index, tree.geometry);
  return { index, bytes: content.slice(start, end) };
}

/** Files around the interesting edges of leaves and pieces. */
const contents = fc
  .tuple(fc.nat(12), fc.constantFrom(-1, 0, 1, 777))
  .map(([leaves, rest]) => vectorContent(Math.max(0, leaves * LEAF_BYTES + rest)));

function withFlippedBit(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = bytes.slice();
  flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
  return flipped;
}

describe('pieces root', () => {
  it.each(ROOT_VECTORS)('of $bytes bytes in pieces of $pieceLength is the independent one', (vector) => {
    const content = vectorContent(vector.bytes);
    const tree = treeOf(content, vector.pieceLength);
    expect(hex(tree.root)).toBe(vector.root);
    expect(hex(sha256(tree.layer))).toBe(vector.layerSha256);
    expect(tree.layer.length).toBe(tree.geometry.pieceCount > 1 ? tree.geometry.pieceCount * HASH_BYTES : 0);
  });

  it('of an empty file is 32 zero bytes, without a layer', () => {
    const tree = treeOf(new Uint8Array(0), 256 * KIB);
    expect(hex(tree.root)).toBe('00'.repeat(32));
    expect(tree.layer.length).toBe(0);
    expect(verifyLayer(sha256, tree)).toBe(true);
    expect(verifyLayer(sha256, { ...tree, root: sha256(new Uint8Array(0)) })).toBe(false);
  });

  it('of a file beyond 4 GiB is the independent one', () => {
    const chunk = new Uint8Array(64 * 1024 * KIB);
    const zeroLeaf = sha256(chunk.subarray(0, LEAF_BYTES));
    // The same leaf comes 262,144 times: known by lying in `chunk`, hashed once.
    const quickSha256 = (bytes: Uint8Array) =>
      bytes.buffer === chunk.buffer && bytes.length === LEAF_BYTES ? zeroLeaf : sha256(bytes);
    const hasher = new ContentHasher(quickSha256, LARGE_ZEROS.bytes, 1024 * KIB);
    while (hasher.takenBytes + chunk.length <= LARGE_ZEROS.bytes) hasher.update(chunk);
    hasher.update(chunk.subarray(0, LARGE_ZEROS.bytes - hasher.takenBytes));
    expect(hex(hasher.finish().root)).toBe(LARGE_ZEROS.root);
  });
});

describe('content hasher', () => {
  it('gives the same tree however the file is cut into chunks', () => {
    const cuts = fc.array(fc.oneof(fc.nat(50), fc.nat(3 * LEAF_BYTES), fc.constant(LEAF_BYTES)), { minLength: 1 });
    fc.assert(
      fc.property(contents, cuts, (content, sizes) => {
        const hasher = new ContentHasher(sha256, content.length, SMALL_PIECE);
        for (const size of sizes) hasher.update(content.subarray(hasher.takenBytes, hasher.takenBytes + size));
        hasher.update(content.subarray(hasher.takenBytes));
        expect(hasher.finish()).toEqual(treeOf(content, SMALL_PIECE));
      }),
    );
  });

  it('does not keep the chunk', () => {
    const content = vectorContent(SMALL_PIECE + 100);
    const hasher = new ContentHasher(sha256, content.length, SMALL_PIECE);
    const buffer = new Uint8Array(1_000);
    for (let at = 0; at < content.length; at += buffer.length) {
      const part = content.subarray(at, at + buffer.length);
      buffer.set(part);
      hasher.update(buffer.subarray(0, part.length));
      buffer.fill(0xee);
    }
    expect(hasher.finish()).toEqual(treeOf(content, SMALL_PIECE));
  });

  it('hands over whole leaves of aligned chunks as they lie', () => {
    const content = vectorContent(4 * LEAF_BYTES);
    const buffers = new Set<ArrayBufferLike>();
    const watching = (bytes: Uint8Array) => {
      if (bytes.length === LEAF_BYTES) buffers.add(bytes.buffer);
      return sha256(bytes);
    };
    new ContentHasher(watching, content.length, SMALL_PIECE).update(content);
    expect([...buffers]).toEqual([content.buffer]);
  });

  it('throws at more bytes than announced, and at fewer', () => {
    const hasher = new ContentHasher(sha256, 10, SMALL_PIECE);
    hasher.update(new Uint8Array(9));
    expect(() => hasher.update(new Uint8Array(2))).toThrow(RangeError);
    expect(() => hasher.finish()).toThrow('9 bytes taken of 10');
  });
});

describe('verification', () => {
  it('accepts every piece of the file and its own layer', () => {
    fc.assert(
      fc.property(contents, (content) => {
        const tree = treeOf(content, SMALL_PIECE);
        expect(verifyLayer(sha256, tree)).toBe(true);
        for (let index = 0; index < tree.geometry.pieceCount; index++) {
          expect(verifyPiece(sha256, pieceOf(content, index, tree), tree)).toBe(true);
        }
      }),
    );
  });

  it('rejects a layer with any bit flipped, cut short or too long', () => {
    fc.assert(
      fc.property(contents, fc.nat(), (content, anyBit) => {
        const tree = treeOf(content, SMALL_PIECE);
        expect(verifyLayer(sha256, { ...tree, layer: new Uint8Array(tree.layer.length + HASH_BYTES) })).toBe(false);
        fc.pre(tree.layer.length > 0);
        const layer = withFlippedBit(tree.layer, anyBit % (tree.layer.length * 8));
        expect(verifyLayer(sha256, { ...tree, layer })).toBe(false);
        expect(verifyLayer(sha256, { ...tree, layer: tree.layer.subarray(HASH_BYTES) })).toBe(false);
      }),
    );
  });

  it('rejects a layer under another root', () => {
    const tree = treeOf(vectorContent(3 * SMALL_PIECE), SMALL_PIECE);
    expect(verifyLayer(sha256, { ...tree, root: withFlippedBit(tree.root, 255) })).toBe(false);
  });

  it('rejects a piece with any bit flipped, and a piece in the place of another', () => {
    fc.assert(
      fc.property(contents, fc.nat(), fc.nat(), (content, anyPiece, anyBit) => {
        const tree = treeOf(content, SMALL_PIECE);
        fc.pre(tree.geometry.pieceCount > 0);
        const piece = pieceOf(content, anyPiece % tree.geometry.pieceCount, tree);
        const flipped = { ...piece, bytes: withFlippedBit(piece.bytes, anyBit % (piece.bytes.length * 8)) };
        expect(verifyPiece(sha256, flipped, tree)).toBe(false);
        fc.pre(tree.geometry.pieceCount > 2);
        const moved = {
          index: piece.index === 0 ? 1 : 0,
          bytes: pieceOf(content, piece.index === 0 ? 0 : 1, tree).bytes,
        };
        expect(verifyPiece(sha256, moved, tree)).toBe(false);
      }),
    );
  });

  it('throws at a piece of the wrong length', () => {
    const tree = treeOf(vectorContent(SMALL_PIECE + 1), SMALL_PIECE);
    expect(() => verifyPiece(sha256, { index: 1, bytes: new Uint8Array(2) }, tree)).toThrow(RangeError);
  });

  it('has leaf hashes that name the bad 16 KiB of a piece and lead to its hash', () => {
    const content = vectorContent(2 * SMALL_PIECE);
    const { geometry } = treeOf(content, SMALL_PIECE);
    const good = content.slice(0, SMALL_PIECE);
    const bad = withFlippedBit(good, (LEAF_BYTES + 3) * 8);
    const differing = [0, 1].filter((leaf) => {
      const [left, right] = [good, bad].map((bytes) => hex(leafHashes(sha256, bytes)).slice(leaf * 64, leaf * 64 + 64));
      return left !== right;
    });
    expect(differing).toEqual([1]);
    const fromLeaves = hashOfLeaves(sha256, leafHashes(sha256, good), geometry);
    expect(fromLeaves).toEqual(pieceHash(sha256, { index: 0, bytes: good }, geometry));
  });
});
