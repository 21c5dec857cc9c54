/** The content of one file as it can be served: whole, or the pieces that a download has verified so far. */
import { Bitfield, type ContentTree, type PieceGeometry, type ReadonlyBitfield } from '@p2p/swarm';
import type { ByteSource } from './byte-source.js';

export class SharedContent {
  readonly tree: ContentTree;
  readonly #pieces: Bitfield;
  readonly #listeners = new Set<(pieceIndex: number) => void>();
  #source: ByteSource;
  #complete: boolean;

  private constructor(tree: ContentTree, source: ByteSource, verified: Bitfield | 'all') {
    this.tree = tree;
    this.#source = source;
    this.#complete = verified === 'all';
    this.#pieces = verified === 'all' ? Bitfield.full(tree.geometry.pieceCount) : verified;
  }

  static whole(tree: ContentTree, source: ByteSource): SharedContent {
    return new SharedContent(tree, source, 'all');
  }

  /** A file that is being fetched: what an earlier fetch has verified of it is there already. */
  static partial(tree: ContentTree, source: ByteSource, verified?: ReadonlyBitfield): SharedContent {
    return new SharedContent(tree, source, verified?.clone() ?? new Bitfield(tree.geometry.pieceCount));
  }

  get geometry(): PieceGeometry {
    return this.tree.geometry;
  }

  get pieces(): ReadonlyBitfield {
    return this.#pieces;
  }

  /** The whole file lies under its final name. */
  get complete(): boolean {
    return this.#complete;
  }

  /** A piece has been verified and can be read. */
  addPiece(pieceIndex: number): void {
    if (!this.#pieces.add(pieceIndex)) return;
    for (const listener of this.#listeners) listener(pieceIndex);
  }

  /** The last piece has been added, and the file lies under its final name. */
  finish(source: ByteSource): void {
    this.#source = source;
    this.#complete = true;
  }

  /** Calls `listener` for every piece that becomes available; the returned function ends it. */
  onPiece(listener: (pieceIndex: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Fills `target` with the bytes from `offset` on. False where the file has changed, vanished or can't be read. */
  read(offset: number, target: Uint8Array): Promise<boolean> {
    return this.#source.read(offset, target);
  }
}
