/** Makes the content tree of a file from its bytes, read once from front to back, in chunks of any cut. */
import { LEAF_BYTES } from '@p2p/protocol';
import { type ContentTree, hashOfLeaves, treeOfPieces } from './content-tree.js';
import { HASH_BYTES, type Sha256 } from './merkle.js';
import { geometryOf, type PieceGeometry } from './pieces.js';

/**
 * Holds 32 bytes for every piece, the leaf hashes of one piece and at most one leaf of bytes. Chunks that begin on a
 * multiple of 16 KiB are hashed where they lie; only leaves that are cut by a chunk's end are copied.
 */
export class ContentHasher {
  readonly #sha256: Sha256;
  readonly #geometry: PieceGeometry;
  /** Bytes of a leaf that is not yet whole. */
  readonly #leaf = new Uint8Array(LEAF_BYTES);
  #leafFill = 0;
  /** Leaf hashes of the current piece. */
  readonly #leaves: Uint8Array;
  #leafCount = 0;
  readonly #pieceHashes: Uint8Array;
  #pieceCount = 0;
  #hashedBytes = 0;

  /** `bytes` is the size of the whole file; throws a RangeError as {@link geometryOf} does. */
  constructor(sha256: Sha256, bytes: number, pieceLength: number) {
    this.#sha256 = sha256;
    this.#geometry = geometryOf(bytes, pieceLength);
    this.#leaves = new Uint8Array((pieceLength / LEAF_BYTES) * HASH_BYTES);
    this.#pieceHashes = new Uint8Array(this.#geometry.pieceCount * HASH_BYTES);
  }

  /** Bytes taken so far. */
  get takenBytes(): number {
    return this.#hashedBytes + this.#leafFill;
  }

  /** Takes the next bytes of the file. Throws a RangeError where they are more than the file has. */
  update(chunk: Uint8Array): void {
    if (this.takenBytes + chunk.length > this.#geometry.bytes) {
      throw new RangeError(`more than the ${this.#geometry.bytes} bytes that the file has`);
    }
    let at = 0;
    while (at < chunk.length) {
      const leafBytes = Math.min(LEAF_BYTES, this.#geometry.bytes - this.#hashedBytes);
      const part = chunk.subarray(at, at + leafBytes - this.#leafFill);
      at += part.length;
      if (part.length === leafBytes) this.#addLeaf(part);
      else this.#collect(part, leafBytes);
    }
  }

  /** The tree of the whole file. Throws an Error where bytes are missing. */
  finish(): ContentTree {
    const geometry = this.#geometry;
    if (this.takenBytes !== geometry.bytes) {
      throw new Error(`${this.takenBytes} bytes taken of ${geometry.bytes}`);
    }
    return treeOfPieces(this.#sha256, this.#pieceHashes, geometry);
  }

  #collect(part: Uint8Array, leafBytes: number): void {
    this.#leaf.set(part, this.#leafFill);
    this.#leafFill += part.length;
    if (this.#leafFill < leafBytes) return;
    this.#leafFill = 0;
    this.#addLeaf(this.#leaf.subarray(0, leafBytes));
  }

  #addLeaf(leaf: Uint8Array): void {
    this.#leaves.set(this.#sha256(leaf), this.#leafCount * HASH_BYTES);
    this.#leafCount++;
    this.#hashedBytes += leaf.length;
    if (this.#leafCount * HASH_BYTES === this.#leaves.length || this.#hashedBytes === this.#geometry.bytes) {
      this.#endPiece();
    }
  }

  #endPiece(): void {
    const leaves = this.#leaves.subarray(0, this.#leafCount * HASH_BYTES);
    this.#pieceHashes.set(hashOfLeaves(this.#sha256, leaves, this.#geometry), this.#pieceCount * HASH_BYTES);
    this.#pieceCount++;
    this.#leafCount = 0;
  }
}
