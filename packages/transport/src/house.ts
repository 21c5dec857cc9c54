/** What all connections of one server share: its time, and the bytes that it holds for them. */
import { FRAME_TIMEOUT_MS, MAX_HALF_RECEIVED_BYTES, MAX_UNSENT_BYTES } from '@p2p/protocol';
import { Accounts } from './accounts.js';
import type { Connection, Remote } from './connection.js';
import { Holdings } from './holdings.js';
import { isLoopback, networkOf } from './network.js';
import { type HandOut, loopTurns, Seat, type Standing } from './turns.js';

/** How often it is looked who keeps this server waiting. */
const TICK_MS = 1_000;

export interface HouseOptions {
  /** Bound on frames that were begun and not ended, all connections together; MAX_HALF_RECEIVED_BYTES. */
  readonly maxHalfReceivedBytes?: number;
  /** Bound on what the other sides don't take, all connections together; MAX_UNSENT_BYTES. */
  readonly maxUnsentBytes?: number;
  /** Who takes nothing of what is sent for this long is let go; nobody, where nothing is said. */
  readonly takeTimeoutMs?: number;
  /** Who begins a frame and doesn't end it for this long is let go; FRAME_TIMEOUT_MS. */
  readonly frameTimeoutMs?: number;
}

/** A connection in the house: a stranger, or somebody's. */
export class Guest {
  readonly seat: Seat;
  readonly #accounts: Accounts;
  readonly #stranger: string;
  #user: string | undefined;

  constructor(accounts: Accounts, { handOut, stranger }: { handOut: HandOut; stranger: string }) {
    this.#accounts = accounts;
    this.#stranger = stranger;
    this.seat = new Seat(loopTurns, accounts.take(stranger, 'stranger'), handOut);
  }

  setUser(user: string | undefined): void {
    this.leave();
    this.#user = user;
    this.seat.account = this.#accounts.take(...this.#account);
  }

  leave(): void {
    this.#accounts.giveBack(...this.#account);
  }

  get #account(): [name: string, standing: Standing] {
    return this.#user === undefined ? [this.#stranger, 'stranger'] : [this.#user, 'user'];
  }
}

export class House {
  readonly #accounts = new Accounts();
  /** What has come of frames that are not whole. */
  readonly halfReceived: Holdings<Connection>;
  /** What is to be sent. */
  readonly unsent: Holdings<Connection>;
  readonly #ticking: NodeJS.Timeout;

  constructor({ maxHalfReceivedBytes, maxUnsentBytes, takeTimeoutMs, frameTimeoutMs }: HouseOptions = {}) {
    const letGo = (connection: Connection) => connection.fail('too_slow');
    this.halfReceived = new Holdings({
      maxBytes: maxHalfReceivedBytes ?? MAX_HALF_RECEIVED_BYTES,
      maxTicks: ticksIn(frameTimeoutMs ?? FRAME_TIMEOUT_MS),
      letGo,
    });
    this.unsent = new Holdings({
      maxBytes: maxUnsentBytes ?? MAX_UNSENT_BYTES,
      maxTicks: ticksIn(takeTimeoutMs),
      letGo,
    });
    this.#ticking = setInterval(() => {
      this.halfReceived.tick();
      this.unsent.tick();
    }, TICK_MS);
    this.#ticking.unref();
  }

  /** A place for a connection with `remote`, who is a stranger. To be left. */
  seat(remote: Remote, handOut: HandOut): Guest {
    return new Guest(this.#accounts, { handOut, stranger: strangerName(remote) });
  }

  close(): void {
    clearInterval(this.#ticking);
  }
}

function ticksIn(milliseconds: number): number;
function ticksIn(milliseconds: number | undefined): number | undefined;
function ticksIn(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.ceil(milliseconds / TICK_MS);
}

/** Strangers from one address are one; on this machine, those with one key. */
function strangerName({ host, key }: Remote): string {
  return isLoopback(host) ? key : networkOf(host);
}
