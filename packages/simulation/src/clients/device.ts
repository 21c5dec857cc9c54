/** A client's device: its name, its counter of requests, and who is logged in on it. */
import { type DeviceId, type RequestId, requestIdOf, type SessionId, type UserId } from '@p2p/protocol';
import type { Actor, Command } from '@p2p/state';
import type { Dice } from '../dice.js';

/** A counter may leave out some: then old outcomes are forgotten within a run. */
export const LARGEST_STEP = 100;

export class Device {
  readonly id: DeviceId;
  session: SessionId | undefined;
  user: UserId | undefined;
  #counter = 0;
  readonly #isHasty: boolean;
  readonly #dice: Dice;

  constructor(dice: Dice) {
    this.#dice = dice;
    this.id = dice.hex(64) as DeviceId;
    this.#isHasty = dice.chance(0.3);
  }

  get actor(): Actor {
    return { device: this.id, session: this.session };
  }

  get counter(): number {
    return this.#counter;
  }

  nextRequest(): RequestId {
    this.#counter += this.#isHasty ? this.#dice.between(1, LARGEST_STEP) : 1;
    return requestIdOf(this.id, this.#counter);
  }

  nextSession(): string {
    return this.#dice.hex(64);
  }

  /** A command has succeeded. */
  learn(command: Command): void {
    if (command.type === 'login') {
      this.session = command.session;
      this.user = command.user;
    }
    if (command.type === 'logout') this.session = undefined;
  }
}
