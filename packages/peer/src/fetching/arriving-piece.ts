/** The piece that comes from one peer: its bytes put together in one buffer, or counted where they are of no use. */
import { type PieceGeometry, pieceRange } from '@p2p/swarm';
import type { PooledBuffers } from '../sharing/pooled-buffers.js';
import type { ArrivedBlock } from './peer-link.js';

export class ArrivingPiece {
  readonly index: number;
  readonly #buffers: PooledBuffers;
  readonly #start: number;
  readonly #end: number;
  #filled = 0;
  /** Taken with the first bytes that are kept; nothing before them may have been dropped. */
  #bytes: Uint8Array | undefined;

  private constructor(index: number, geometry: PieceGeometry, buffers: PooledBuffers) {
    const { start, end } = pieceRange(index, geometry);
    this.index = index;
    this.#buffers = buffers;
    this.#start = start;
    this.#end = end;
  }

  /** The piece that begins at `offset`; undefined where none does. */
  static at(offset: number, geometry: PieceGeometry, buffers: PooledBuffers): ArrivingPiece | undefined {
    if (offset % geometry.pieceLength !== 0 || offset >= geometry.bytes) return undefined;
    return new ArrivingPiece(offset / geometry.pieceLength, geometry, buffers);
  }

  get isWhole(): boolean {
    return this.#start + this.#filled === this.#end;
  }

  /** Whether so many bytes at this place are the next ones of the piece. */
  continuesWith(offset: number, byteCount: number): boolean {
    return offset === this.#start + this.#filled && offset + byteCount <= this.#end;
  }

  /** Takes the next bytes: as they lie where they are all of the piece, else a copy where they are to be kept. */
  take({ bytes, keep }: ArrivedBlock, isKept: boolean): void {
    const length = this.#end - this.#start;
    if (!isKept) {
      this.drop();
    } else if (bytes.length === length && keep !== undefined) {
      keep();
      this.#bytes = bytes;
    } else {
      if (this.#filled === 0) this.#bytes = this.#buffers.take(length);
      this.#bytes?.set(bytes, this.#filled);
    }
    this.#filled += bytes.length;
  }

  /** Lets go of what has come. */
  drop(): void {
    if (this.#bytes !== undefined) this.#buffers.giveBack(this.#bytes);
    this.#bytes = undefined;
  }

  /** Hands over all bytes, where all have come and were kept: whoever gets them gives the buffer back. */
  takeBytes(): Uint8Array | undefined {
    if (!this.isWhole) return undefined;
    const bytes = this.#bytes;
    this.#bytes = undefined;
    return bytes;
  }
}
