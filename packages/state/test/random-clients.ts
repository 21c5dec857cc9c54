/**
 * Clients that do whatever comes to a seed's mind, as real ones might: one request at a time each, the same request
 * again at another tracker where the answer takes too long.
 */
import type { RequestId, SessionId, UserId } from '@p2p/protocol';
import { type ReplicaAnswer, userByName } from '../src/index.js';
import type { Network } from './network.js';
import type { Random } from './random.js';
import { Device, type PlainCommand, shareOf } from './world.js';

const users = ['ann', 'ben', 'cay'];
const groups = ['films', 'books'];
const files = ['a.mkv', 'b'];
const SESSION_MS = 1_000_000_000;

/** A success that a client was told of, and the name that the entity it made had then. */
export interface Told {
  readonly requestId: RequestId;
  readonly answer: ReplicaAnswer & { readonly ok: true };
  readonly name: string | undefined;
}

interface Asking {
  readonly requestId: RequestId;
  readonly command: PlainCommand;
  readonly slot: number;
  /** Undefined once the tracker that was asked is gone, or has forgotten who asked. */
  readonly ticket: number | undefined;
}

export class RandomClient {
  readonly told: Told[] = [];
  readonly #device: Device;
  readonly #network: Network;
  readonly #random: Random;
  #asking: Asking | undefined;

  constructor(name: string, network: Network, random: Random) {
    this.#device = new Device(name);
    this.#network = network;
    this.#random = random;
  }

  /** Asks a tracker for something new, or again for what has not been answered. */
  act(slot: number): void {
    if (this.#asking !== undefined) return this.#askAgain(this.#asking, slot);
    const command = this.#thinkOf(slot);
    if (command !== undefined) this.#ask({ requestId: this.#device.nextRequest(), command, slot });
  }

  /** Takes the answer, if there is one; to be called after every step. */
  listen(): void {
    const asking = this.#asking;
    const answer = asking?.ticket === undefined ? undefined : this.#network.answerTo(asking.ticket);
    if (asking === undefined || answer === undefined) return;
    this.#asking = undefined;
    if (!answer.ok) return;
    const { requestId, command, slot } = asking;
    this.told.push({ requestId, answer, name: nameMadeBy(this.#network, slot, requestId) });
    if (command.type === 'login') {
      this.#device.session = command.session as SessionId;
      this.#device.user = command.user as UserId;
    }
    if (command.type === 'logout') this.#device.session = undefined;
  }

  /** Whether an answer is due that has not come, from a tracker that has run since it was asked. */
  get isWaiting(): boolean {
    return this.#asking?.ticket !== undefined;
  }

  /** The tracker at `slot` is gone, and with it whatever it had to say. */
  lose(slot: number): void {
    if (this.#asking?.slot === slot) this.#asking = { ...this.#asking, ticket: undefined };
  }

  #ask({ requestId, command, slot }: Omit<Asking, 'ticket'>): void {
    const ticket = this.#network.request(slot, this.#device, command, requestId);
    this.#asking = { requestId, command, slot, ticket };
  }

  #askAgain(asking: Asking, slot: number): void {
    if (asking.ticket !== undefined && slot === asking.slot) return;
    this.#ask({ ...asking, slot });
  }

  #thinkOf(slot: number): PlainCommand | undefined {
    const random = this.#random;
    const [user, group, file] = [random.pick(users), random.pick(groups), random.pick(files)];
    if (this.#device.session === undefined) {
      return random.chance(0.4) ? { type: 'create_user', user, credential: 'hash' } : this.#login(user, slot);
    }
    return random.pick<() => PlainCommand | undefined>([
      () => ({ type: 'create_user', user, credential: 'hash' }),
      () => ({ type: 'logout' }),
      () => this.#changePassword(slot),
      () => ({ type: 'create_group', group }),
      () => ({ type: 'create_group', group }),
      () => ({ type: 'join_group', group }),
      () => ({ type: 'join_group', group }),
      () => ({ type: 'leave_group', group }),
      () => ({ type: 'accept_request', group, user }),
      () => ({ type: 'accept_request', group, user }),
      () => ({ type: 'reject_request', group, user }),
      () => ({ type: 'remove_member', group, user }),
      () => ({ type: 'add_owner', group, user }),
      () => ({ type: 'remove_owner', group, user }),
      () => ({ type: 'delete_group', group }),
      () => shareOf(group, file, random.pick(['one', 'two'])),
      () => shareOf(group, file, random.pick(['one', 'two'])),
      () => ({ type: 'remove_file', group, file }),
    ])();
  }

  #login(name: string, slot: number): PlainCommand | undefined {
    const user = userByName(this.#network.tracker(slot).replica.state, name);
    if (user === undefined) return undefined;
    const { id, credentialVersion } = user;
    const expires = this.#network.now + SESSION_MS;
    return { type: 'login', user: id, credentialVersion, session: this.#device.nextSession(), expires };
  }

  #changePassword(slot: number): PlainCommand | undefined {
    const { users: rows } = this.#network.tracker(slot).replica.state;
    const credentialVersion = rows.get(this.#device.user as UserId)?.credentialVersion;
    return credentialVersion && { type: 'change_password', credential: 'new hash', credentialVersion };
  }
}

/** The name of the user or group that a request has made at a tracker. */
export function nameMadeBy(network: Network, slot: number, requestId: RequestId): string | undefined {
  const { state } = network.tracker(slot).replica;
  // The id of an entity is that of the request that made it.
  return state.users.get(requestId as never)?.name ?? state.groups.get(requestId as never)?.name;
}
