/**
 * Passwords, tried and set: each in its turn, and not tried at all where too many were wrong. Who asks, what was asked
 * before, and how long others wait is looked at here; whether the user exists makes no difference to any of it.
 */
import {
  type DeviceId,
  MAX_COUNTED_ADDRESSES,
  MAX_NEW_USERS_PER_ADDRESS,
  MAX_RENAMED_TRIED,
  NEW_USERS_WINDOW_MS,
  type Operation,
  type Refusal,
  refusal,
  type UserName,
} from '@p2p/protocol';
import { hasLoggedInOn, isRefusal, type State, type User, userByName, usersRenamedFrom } from '@p2p/state';
import { DrainingCounters } from '../draining-counters.js';
import type { Passwords } from '../passwords.js';
import type { AttemptsBoard } from './attempts-board.js';
import type { Attempt } from './failed-log-ins.js';
import type { PasswordQueue, Place } from './password-queue.js';

/** Who wants a password hashed. */
export interface Asker {
  readonly device: DeviceId;
  /** Where the device's connection comes from, see `networkOf`. */
  readonly network: string;
  /** On this machine: whoever sits here is not counted among all who come from one address. */
  readonly isLocal: boolean;
  /** Nobody waits for the answer any more. */
  readonly isGone: () => boolean;
}

export interface LogInsOptions {
  readonly state: () => State;
  readonly passwords: Passwords;
  readonly attempts: AttemptsBoard;
  readonly queue: PasswordQueue;
}

const crowded = refusal('limit_reached', 'too many log-ins at the moment – try again');
const tooManyUsers = refusal('limit_reached', 'too many accounts were made from this address – try again later');

export class LogIns {
  readonly #options: LogInsOptions;
  readonly #newUsers = new DrainingCounters({
    capacity: MAX_NEW_USERS_PER_ADDRESS,
    drainMs: NEW_USERS_WINDOW_MS,
    maxKeys: MAX_COUNTED_ADDRESSES,
  });

  constructor(options: LogInsOptions) {
    this.#options = options;
  }

  /**
   * The account that has the name, or else one that a merge took it from: whichever the password is that of. Who doesn't
   * exist and who mistyped get the same answer after the same time.
   */
  logIn(name: UserName, password: string, asker: Asker): Promise<User | Refusal> {
    const state = this.#options.state();
    const isKnown = accountsOf(state, name).some(({ id }) => hasLoggedInOn(state, id, asker.device));
    return this.#tried(attemptOf(name, asker, isKnown), asker, async () => {
      const { state, passwords } = this.#options;
      const accounts = accountsOf(state(), name);
      for (const account of accounts) if (await passwords.verify(account.credential, password)) return account;
      if (accounts.length === 0) await passwords.verify(undefined, password);
      return refusal('wrong_password');
    });
  }

  /** The credential of a user's new password, where the old one is right. The device is one that the user is logged in on. */
  change(
    user: User,
    { oldPassword, newPassword }: { oldPassword: string; newPassword: string },
    asker: Asker,
  ): Promise<string | Refusal> {
    // A name in the state was checked when it came in.
    return this.#tried<string>(attemptOf(user.name as UserName, asker, true), asker, async () => {
      const { passwords } = this.#options;
      if (await passwords.verify(user.credential, oldPassword)) return passwords.hash(newPassword);
      return refusal('wrong_password', 'the old password is wrong');
    });
  }

  /** Whoever has been given another password may try it at once, however often the forgotten one was tried. */
  takeNotice(operations: readonly Operation[]): void {
    for (const { body, stamp } of operations) {
      const user = body.kind === 'reset_credential' ? this.#options.state().users.get(body.user) : undefined;
      for (const name of [user?.name, user?.renamedFrom]) {
        if (name !== undefined) this.#options.attempts.forgive(name, stamp.time);
      }
    }
  }

  /** The credential of a new account. */
  async newUser(password: string, asker: Asker): Promise<string | Refusal> {
    const { network, isLocal } = asker;
    if (!isLocal) {
      if (this.#newUsers.isFull(network, Date.now())) return tooManyUsers;
      this.#newUsers.add(network, Date.now());
    }
    const job = async () => (asker.isGone() ? crowded : this.#options.passwords.hash(password));
    return (await this.#options.queue.run(strangersPlace(asker), job)) ?? crowded;
  }

  /**
   * Asked, hashed and counted in one go, while nobody else's password is: or of many attempts at once all would be tried.
   * Who is refused anyway need not wait to hear it.
   */
  async #tried<T extends object | string>(
    attempt: Attempt,
    asker: Asker,
    verify: () => Promise<T | Refusal>,
  ): Promise<T | Refusal> {
    const { attempts, queue } = this.#options;
    if (attempts.isBlocked(attempt)) return refusal('too_many_attempts');
    const isKnown = attempt.source === asker.device;
    const place: Place = isKnown ? { lane: 'known', owner: attempt.account } : strangersPlace(asker);
    const result = await queue.run(place, async () => {
      if (asker.isGone()) return crowded;
      if (attempts.isBlocked(attempt)) return refusal('too_many_attempts');
      const verified = await verify();
      if (typeof verified !== 'string' && isRefusal(verified)) attempts.fail(attempt);
      else attempts.clear(attempt);
      return verified;
    });
    return result ?? crowded;
  }
}

/** Those who may be meant by a name: the one who has it, and those whom a merge took it from, the earliest first. */
function accountsOf(state: State, name: UserName): User[] {
  const named = userByName(state, name);
  if (named === undefined) return [];
  return [named, ...usersRenamedFrom(state, name).slice(0, MAX_RENAMED_TRIED)];
}

/** A device that a user has logged in on before is counted by itself: a stranger can't lock it out. */
function attemptOf(account: UserName, { device, network, isLocal }: Asker, isKnown: boolean): Attempt {
  return { account, source: isKnown ? device : network, countsForAll: !isKnown && !isLocal };
}

/** All who come from one address take their turn as one; on this machine, each device does. */
function strangersPlace({ device, network, isLocal }: Asker): Place {
  return { lane: 'stranger', owner: isLocal ? device : network };
}
