/**
 * The serving side of all swarms of a client as a pure schedule: who is sent what next, asked at the moment when
 * something can be sent. Downloaders are served in turn, the one that has waited longest first, a whole piece each; what
 * of, is said by piece-order.ts, and how much is on its way by flights.ts.
 */
import { FIRST_FLIGHT_BYTES, MAX_BLOCK_BYTES, MIN_BLOCK_BYTES } from '@p2p/protocol';
import { Board, type Servable } from './board.js';
import { type Flight, Flights } from './flights.js';
import { Lane, type LaneOffer } from './lane.js';

/** Others that are looked at for one who would take a piece that has been sent less often. */
const LANES_COMPARED = 8;

/** A block, by what the queue may hold. */
const BLOCK_PART = 0.7;

/** The next bytes to send: `[start, end)` of the file, within one piece. */
export interface Block<LaneKey> {
  readonly lane: LaneKey;
  readonly piece: number;
  readonly start: number;
  readonly end: number;
}

export interface LaneTarget<LinkKey> {
  /** The downloader's connection, by any name: what is on its way to it counts together. */
  readonly link: LinkKey;
  /** By identity: downloaders of the same object take the same file. */
  readonly content: Servable;
}

/** Bytes are counted since the lane was opened. */
export interface LaneCredit {
  /** What has come. */
  readonly received: number;
  /** Up to where may be sent. */
  readonly credit: number;
  /** When the last of it came, in ms by the downloader's own clock, whatever that shows. */
  readonly clockMs: number;
  readonly nowMs: number;
}

interface Link<LaneKey> {
  readonly flight: Flight;
  /** In turn: the one served last is the last. */
  readonly lanes: Set<Lane<LaneKey>>;
}

interface SharedBoard<LaneKey> {
  readonly board: Board;
  readonly lanes: Set<Lane<LaneKey>>;
}

export class UploadSchedule<LaneKey, LinkKey> {
  readonly #random: () => number;
  readonly #flights = new Flights();
  readonly #lanes = new Map<LaneKey, { readonly lane: Lane<LaneKey>; readonly link: LinkKey }>();
  /** In turn: the one served last is the last. */
  readonly #links = new Map<LinkKey, Link<LaneKey>>();
  readonly #boards = new Map<Servable, SharedBoard<LaneKey>>();
  /** Lanes in the middle of a piece, in the order in which they began it. */
  readonly #sending = new Set<Lane<LaneKey>>();

  /** `random`: numbers in [0, 1). */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** A downloader takes a file; it has offered nothing yet. */
  open(key: LaneKey, { link, content }: LaneTarget<LinkKey>): void {
    if (this.#lanes.has(key)) throw new Error('this lane is open');
    const shared = this.#boards.get(content) ?? { board: new Board(content, this.#random), lanes: new Set() };
    this.#boards.set(content, shared);
    const links = this.#links.get(link) ?? { flight: this.#flights.open(), lanes: new Set() };
    this.#links.set(link, links);
    const lane = new Lane({ key, board: shared.board, flight: links.flight });
    this.#lanes.set(key, { lane, link });
    links.lanes.add(lane);
    shared.lanes.add(lane);
  }

  /** Pieces beyond the last are a bug of the caller's. */
  offer(key: LaneKey, change: LaneOffer): void {
    const lane = this.#lanes.get(key)?.lane;
    lane?.change(change);
    if (lane !== undefined && lane.sending === undefined) this.#sending.delete(lane);
  }

  credit(key: LaneKey, { received, credit, clockMs, nowMs }: LaneCredit): void {
    const lane = this.#lanes.get(key)?.lane;
    if (lane === undefined) return;
    lane.allow(credit);
    this.#flights.arrive(lane.flight, lane.acknowledge(received), { clockMs, nowMs });
  }

  /** There is a piece more of a file. */
  gain(content: Servable, piece: number): void {
    const shared = this.#boards.get(content);
    shared?.board.order.gain(piece);
    for (const lane of shared?.lanes ?? []) {
      if (lane.wanted.has(piece) || lane.spare.has(piece)) lane.wake();
    }
  }

  close(key: LaneKey): void {
    const open = this.#lanes.get(key);
    if (open === undefined) return;
    const { lane, link: linkKey } = open;
    this.#lanes.delete(key);
    this.#sending.delete(lane);
    this.#flights.forget(lane.flight, lane.close());
    const link = this.#links.get(linkKey);
    link?.lanes.delete(lane);
    if (link?.lanes.size === 0) {
      this.#links.delete(linkKey);
      this.#flights.close(link.flight);
    }
    const { content } = lane.board;
    const shared = this.#boards.get(content);
    shared?.lanes.delete(lane);
    if (shared?.lanes.size === 0) this.#boards.delete(content);
  }

  /** Bytes that have been sent on a lane since it was opened. */
  sentOn(key: LaneKey): number {
    return this.#lanes.get(key)?.lane.sentBytes ?? 0;
  }

  /** How long the way to a downloader is, in ms; undefined where that is not known yet. */
  roundTripOf(link: LinkKey): number | undefined {
    const flight = this.#links.get(link)?.flight;
    return flight?.isProven ? flight.roundTripMs : undefined;
  }

  /** For how long {@link next} gives nothing because enough waits to be sent; 0 where that is not why. */
  waitMs(nowMs: number): number {
    return this.#flights.waitMs(nowMs);
  }

  /**
   * What to send next; it counts as sent from now on. Undefined where there is nothing, or where enough is on its way:
   * to be asked again after the next change, and a few times a second, since who is stuck shows by time alone.
   * `maxBytes`: of the block, where a limit by the user wants small ones.
   */
  next(nowMs: number, maxBytes = MAX_BLOCK_BYTES): Block<LaneKey> | undefined {
    if (this.waitMs(nowMs) > 0) return undefined;
    const lane = this.#goOn(nowMs) ?? this.#begin(nowMs) ?? this.#beginSpare(nowMs);
    return lane === undefined ? undefined : this.#send(lane, { nowMs, maxBytes });
  }

  /** A piece that has been begun comes first: only whole ones are of use to anybody. */
  #goOn(nowMs: number): Lane<LaneKey> | undefined {
    for (const lane of this.#sending) if (this.#mayTake(lane, nowMs)) return lane;
    return undefined;
  }

  #begin(nowMs: number): Lane<LaneKey> | undefined {
    let best: { readonly lane: Lane<LaneKey>; readonly piece: number; readonly copies: number } | undefined;
    let compared = 0;
    for (const lane of this.#waiting(nowMs)) {
      if (lane.isExhausted || (best !== undefined && best.lane.board !== lane.board)) continue;
      const { order } = lane.board;
      const piece = order.pick(lane.wanted);
      if (piece === undefined) lane.isExhausted = true;
      else if (best === undefined || order.copiesOf(piece) < best.copies) {
        best = { lane, piece, copies: order.copiesOf(piece) };
      }
      if (best !== undefined && (best.copies === 0 || ++compared === LANES_COMPARED)) break;
    }
    return best === undefined ? undefined : this.#beginPiece(best.lane, best.piece);
  }

  /**
   * What somebody else is the first choice for, or sends already, where there is nothing better to do: to any downloader,
   * since others who are idle would come to the same one if it went in turn.
   */
  #beginSpare(nowMs: number): Lane<LaneKey> | undefined {
    const lanes = [...this.#waiting(nowMs)].filter((lane) => !lane.isSpareExhausted);
    while (lanes.length > 0) {
      const [lane] = lanes.splice(Math.floor(this.#random() * lanes.length), 1) as [Lane<LaneKey>];
      const piece = lane.board.order.pick(lane.spare);
      if (piece !== undefined) return this.#beginPiece(lane, piece);
      lane.isSpareExhausted = true;
    }
    return undefined;
  }

  /** Lanes that could begin a piece, in turn. */
  *#waiting(nowMs: number): Generator<Lane<LaneKey>, void, void> {
    const least = (lane: Lane<LaneKey>) => this.#leastBytes(lane, lane.board.content.geometry.pieceLength, nowMs);
    for (const { flight, lanes } of this.#links.values()) {
      if (!this.#flights.hasRoom(flight, nowMs)) continue;
      for (const lane of lanes) {
        if (lane.sending === undefined && lane.creditLeft >= least(lane)) yield lane;
      }
    }
  }

  #beginPiece(lane: Lane<LaneKey>, piece: number): Lane<LaneKey> {
    lane.begin(piece);
    this.#sending.add(lane);
    const linkKey = this.#lanes.get(lane.key)?.link as LinkKey;
    const link = this.#links.get(linkKey) as Link<LaneKey>;
    link.lanes.delete(lane);
    link.lanes.add(lane);
    this.#links.delete(linkKey);
    this.#links.set(linkKey, link);
    return lane;
  }

  #mayTake(lane: Lane<LaneKey>, nowMs: number): boolean {
    const { sending } = lane;
    if (sending === undefined || lane.creditLeft < this.#leastBytes(lane, sending.end - sending.at, nowMs)) {
      return false;
    }
    return this.#flights.hasRoom(lane.flight, nowMs);
  }

  /**
   * The credit that is worth a block: on a fast line what is cut in two costs more than to wait for the next credit, if
   * one is to come.
   */
  #leastBytes({ flight }: Lane<LaneKey>, bytesLeft: number, nowMs: number): number {
    const isPatient = flight.bytes > 0 && this.#flights.isFast(nowMs);
    return Math.min(bytesLeft, isPatient ? MAX_BLOCK_BYTES : MIN_BLOCK_BYTES);
  }

  #send(lane: Lane<LaneKey>, { nowMs, maxBytes }: { nowMs: number; maxBytes: number }): Block<LaneKey> {
    const { piece, at: start, end: pieceEnd } = lane.sending as NonNullable<typeof lane.sending>;
    // However fast others are: whoever has acknowledged nothing yet must not hold much.
    const most = lane.flight.isProven ? maxBytes : Math.min(maxBytes, FIRST_FLIGHT_BYTES);
    const end = Math.min(pieceEnd, start + lane.creditLeft, start + this.#blockBytes(most, nowMs));
    const bytes = end - start;
    lane.send(bytes, this.#flights.depart(lane.flight, bytes, nowMs));
    if (lane.sending === undefined) this.#sending.delete(lane);
    return { lane: lane.key, piece, start, end };
  }

  /** Most of what the queue may hold, whole leaves: smaller ones would only cost more messages. */
  #blockBytes(maxBytes: number, nowMs: number): number {
    const bytes = Math.min(MAX_BLOCK_BYTES, maxBytes, this.#flights.queueBytes(nowMs) * BLOCK_PART);
    return Math.max(MIN_BLOCK_BYTES, bytes - (bytes % MIN_BLOCK_BYTES));
  }
}
