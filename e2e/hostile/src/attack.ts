/** What an attack is given, and what all attacks do in between: connect, be thrown out, and come back. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Identity } from '@p2p/transport';

export interface Target {
  /** Of the loopback address. */
  readonly port: number;
  /** A device that nobody is logged in on. */
  readonly stranger: Identity;
  /** A device with a session, and its token: a user like any other, but for what it does. */
  readonly member: Identity;
  readonly token: Uint8Array;
}

export interface Attacker {
  readonly target: Target;
  /** Of this connection among all of its kind. */
  readonly index: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** It has got as far as it wanted, once a life. Resolves when all others have, too: then it begins. */
  arrived(): Promise<void>;
  /** It has sent so much, or so many requests. */
  sent(count: number): void;
}

/** Lives one connection's life, until it is closed by either side. May reject: then it was short. */
export type Attack = (attacker: Attacker) => Promise<void>;

/** Before coming back, but for those who want to come often: nobody gains by a busy loop of refused connections. */
const PAUSE_MS = 100;

/** Comes back for ever. */
export async function insist(attack: Attack, attacker: Attacker, pauseMs = PAUSE_MS): Promise<void> {
  while (!attacker.signal.aborted) {
    await attack(attacker).catch(() => undefined);
    await delay(pauseMs, undefined, { signal: attacker.signal }).catch(() => undefined);
  }
}
