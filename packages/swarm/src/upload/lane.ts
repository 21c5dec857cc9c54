/** One file that one downloader takes from here: what it would take, what it may be sent, and what is on its way to it. */
import { Bitfield } from '../bitfield.js';
import { pieceRange } from '../content/pieces.js';
import { piecesOf, type Run } from '../runs.js';
import type { Board } from './board.js';
import type { Flight, Flying } from './flights.js';

/** What a downloader changes of what it would take; see `DownloadEffect`. */
export interface LaneOffer {
  readonly add?: readonly Run[] | undefined;
  readonly spare?: readonly Run[] | undefined;
  readonly remove?: readonly Run[] | undefined;
}

/** A piece that is being sent. */
interface Sending {
  readonly piece: number;
  /** Where the next block begins, and where the piece ends, in the file. */
  at: number;
  readonly end: number;
}

export interface LaneOptions<Key> {
  readonly key: Key;
  readonly board: Board;
  readonly flight: Flight;
}

interface Unacknowledged {
  /** Bytes sent on this lane when the block had left. */
  readonly position: number;
  readonly piece: number;
  readonly flying: Flying;
}

export class Lane<Key> {
  readonly key: Key;
  readonly board: Board;
  readonly flight: Flight;
  /** What it would take; pieces that are not here (yet) among it. */
  readonly wanted: Bitfield;
  readonly spare: Bitfield;
  /** Whole pieces that it was sent, and the one that is being sent. */
  readonly #sent: Bitfield;
  sending: Sending | undefined;
  /** What it would take was looked through in vain, and nothing has changed since; the same for what is spare. */
  isExhausted = false;
  isSpareExhausted = false;
  #sentBytes = 0;
  #credit = 0;
  readonly #unacknowledged: Unacknowledged[] = [];

  constructor({ key, board, flight }: LaneOptions<Key>) {
    this.key = key;
    this.board = board;
    this.flight = flight;
    const { pieceCount } = board.content.geometry;
    this.wanted = new Bitfield(pieceCount);
    this.spare = new Bitfield(pieceCount);
    this.#sent = new Bitfield(pieceCount);
  }

  /** Bytes that it may be sent. */
  get creditLeft(): number {
    return this.#credit - this.#sentBytes;
  }

  /** Bytes sent since it was opened. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  change({ add = [], spare = [], remove = [] }: LaneOffer): void {
    for (const piece of piecesOf(remove)) this.#withdraw(piece);
    for (const piece of piecesOf(spare)) this.#offer(piece, this.spare);
    for (const piece of piecesOf(add)) this.#offer(piece, this.wanted);
    this.wake();
  }

  /** It is worth another look. */
  wake(): void {
    this.isExhausted = false;
    this.isSpareExhausted = false;
  }

  allow(credit: number): void {
    this.#credit = Math.max(this.#credit, credit);
  }

  begin(piece: number): void {
    this.#drop(piece);
    this.#sent.add(piece);
    this.board.order.copy(piece, 1);
    const { start, end } = pieceRange(piece, this.board.content.geometry);
    this.sending = { piece, at: start, end };
  }

  /** The next bytes of the piece that is being sent leave. */
  send(bytes: number, flying: Flying): void {
    const sending = this.sending as Sending;
    sending.at += bytes;
    this.#sentBytes += bytes;
    this.#unacknowledged.push({ position: this.#sentBytes, piece: sending.piece, flying });
    if (sending.at === sending.end) this.sending = undefined;
  }

  /** So many bytes have come. Returns the blocks that have come with them. */
  acknowledge(received: number): readonly Flying[] {
    const queue = this.#unacknowledged;
    let count = 0;
    while (count < queue.length && (queue[count] as Unacknowledged).position <= received) count++;
    return queue.splice(0, count).map(({ flying }) => flying);
  }

  /** What is on its way and will not be acknowledged any more. */
  close(): number {
    for (const set of [this.wanted, this.spare]) for (const piece of set) this.board.order.wish(piece, -1);
    for (const piece of this.#sent) this.board.order.copy(piece, -1);
    return this.#unacknowledged.reduce((sum, { flying }) => sum + flying.bytes, 0);
  }

  #offer(piece: number, set: Bitfield): void {
    // It was offered again before it was known to be on its way.
    if (this.sending?.piece === piece || this.#unacknowledged.some((block) => block.piece === piece)) return;
    if (set.has(piece)) return;
    this.#drop(piece);
    set.add(piece);
    this.board.order.wish(piece, 1);
  }

  #withdraw(piece: number): void {
    this.#drop(piece);
    if (this.sending?.piece === piece) this.sending = undefined;
    if (this.#sent.delete(piece)) this.board.order.copy(piece, -1);
    // Offered once more, it is to be sent once more.
    for (const [at, block] of this.#unacknowledged.entries()) {
      if (block.piece === piece) this.#unacknowledged[at] = { ...block, piece: -1 };
    }
  }

  #drop(piece: number): void {
    if (this.wanted.delete(piece) || this.spare.delete(piece)) this.board.order.wish(piece, -1);
  }
}
