/**
 * Whose frames are handled next, and for how long before the event loop goes on to everything else. Those whom a server
 * serves share its time as the processes of an operating system do (a multilevel feedback queue). Who asks now and then
 * comes before who always has more to ask, and of these who has used less comes first: many who flood hold up each other
 * and nobody else.
 */
import { MAX_FRAMES_PER_TURN, TURN_MS } from '@p2p/protocol';

/** After so long half of what was used is forgotten. */
const HALF_LIFE_MS = 1_000;
/** Who has used less than this is at the first level, and at each of the next with twice as much. */
const FIRST_LEVEL_MS = 0.5;
const LEVELS = 12;
/** A stranger comes after others of the same kind, as if so many levels' worth had been used. */
const STRANGER_LEVELS = 4;
/** Who has more to ask when its turn is over, or comes again this soon, ... */
const AT_ONCE_MS = 10;
/** ... is among those who always have more, for so long. */
const BULK_MS = 100;

/** `first`: never made to wait. Strangers come after users. */
export type Standing = 'first' | 'user' | 'stranger';

/** Whoever is behind one or several connections, and shares in the time as one. */
export class Account {
  readonly standing: Standing;
  #usedMs = 0;
  #usedAt = Number.NEGATIVE_INFINITY;
  #servedAt = Number.NEGATIVE_INFINITY;
  #hadMoreAt = Number.NEGATIVE_INFINITY;

  constructor(standing: Standing) {
    this.standing = standing;
  }

  /** From 0 up: the lowest comes first. `now`: a monotonic clock, ms. */
  levelAt(now: number): number {
    if (this.standing === 'first') return 0;
    const used = this.#usedMsAt(now);
    const byUse = used < FIRST_LEVEL_MS ? 0 : 1 + Math.floor(Math.log2(used / FIRST_LEVEL_MS));
    const level = Math.min(LEVELS - 1, byUse + (this.standing === 'user' ? 0 : STRANGER_LEVELS));
    return now - this.#hadMoreAt < BULK_MS ? LEVELS + level : level;
  }

  /** Something has come. */
  asks(now: number): void {
    if (now - this.#servedAt < AT_ONCE_MS) this.#hadMoreAt = now;
  }

  /** A turn is over: so long it took, and whether there is more to do. */
  charge(milliseconds: number, now: number, hasMore: boolean): void {
    this.#usedMs = this.#usedMsAt(now) + milliseconds;
    this.#usedAt = now;
    this.#servedAt = now;
    if (hasMore) this.#hadMoreAt = now;
  }

  #usedMsAt(now: number): number {
    return this.#usedMs * 2 ** ((this.#usedAt - now) / HALF_LIFE_MS);
  }
}

/** Hands out frames until there are none to hand out or `isOver` says so. Returns whether there are more. */
export type HandOut = (isOver: () => boolean) => boolean;

/** A connection's place among the others. */
export class Seat {
  account: Account;
  isWaiting = false;
  readonly handOut: HandOut;
  readonly #turns: Turns;

  constructor(turns: Turns, account: Account, handOut: HandOut) {
    this.#turns = turns;
    this.account = account;
    this.handOut = handOut;
  }

  /** There is something to hand out: now, or when it is this one's turn. */
  ask(): void {
    if (!this.isWaiting) this.#turns.ask(this);
  }
}

export class Turns {
  /** By level, in the order in which they came there. */
  readonly #waiting: Seat[][] = Array.from({ length: 2 * LEVELS }, () => []);
  readonly #now: () => number;
  /** Of this turn of the event loop. */
  #spentMs = 0;
  #due: (() => void)[] = [];
  #isEnding = false;

  /** `now`: a monotonic clock, ms. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Serves `seat` at once while nobody comes before it and there is time left, else later. */
  ask(seat: Seat): void {
    this.#endTurnLater();
    const now = this.#now();
    seat.account.asks(now);
    const level = seat.account.levelAt(now);
    const isFirst = this.#waiting.every((seats, other) => other > level || seats.length === 0);
    const hasTime = this.#spentMs < TURN_MS || seat.account.standing === 'first';
    if (isFirst && hasTime) this.#serve(seat, now);
    else this.#queue(seat, level);
  }

  /** Has this done at the end of the turn, before those that wait have theirs: what is answered leaves first. */
  atEnd(callback: () => void): void {
    this.#due.push(callback);
    this.#endTurnLater();
  }

  #queue(seat: Seat, level: number): void {
    seat.isWaiting = true;
    this.#waiting[level]?.push(seat);
  }

  #serve(seat: Seat, started: number): void {
    let frames = 0;
    const isOver = () => ++frames >= MAX_FRAMES_PER_TURN || this.#now() - started >= TURN_MS;
    const hasMore = seat.handOut(isOver);
    const now = this.#now();
    this.#spentMs += now - started;
    seat.account.charge(now - started, now, hasMore);
    if (hasMore) this.#queue(seat, seat.account.levelAt(now));
  }

  /** After everything that is due in this turn, those that wait have theirs. */
  #endTurnLater(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    setImmediate(() => this.#endTurn());
  }

  #endTurn(): void {
    this.#isEnding = false;
    this.#spentMs = 0;
    this.#doWhatIsDue();
    while (this.#spentMs < TURN_MS) {
      const seat = this.#takeFirst();
      if (seat === undefined) break;
      this.#serve(seat, this.#now());
    }
    this.#spentMs = 0;
    this.#doWhatIsDue();
    if (this.#waiting.some((seats) => seats.length > 0)) this.#endTurnLater();
  }

  #doWhatIsDue(): void {
    const due = this.#due;
    this.#due = [];
    for (const callback of due) callback();
  }

  #takeFirst(): Seat | undefined {
    const seat = this.#waiting.find((seats) => seats.length > 0)?.shift();
    if (seat !== undefined) seat.isWaiting = false;
    return seat;
  }
}

/** Those of this process: it has one event loop. */
export const loopTurns = new Turns();
