/** What comes to a client's mind: few names, so that they clash, and commands that mostly make sense to its tracker. */
import { createHash } from 'node:crypto';
import type { ContentRoot, GroupId, SessionId, UserId } from '@p2p/protocol';
import { type Command, groupByName, type State, sessionsInForce, userByName } from '@p2p/state';
import type { Dice } from '../dice.js';
import type { Device } from './device.js';

const users = ['ann', 'ben', 'cay', 'dan'];
const groups = ['films', 'books', 'maps'];
const files = ['a.mkv', 'b', 'c.txt'];
const SESSION_MS = 1_000_000_000;
/** Runs out within a run. */
const SHORT_SESSION_MS = 10_000;
/** So often it is what has little chance to be allowed. */
const NONSENSE_CHANCE = 0.2;

type Unbranded<C> = C extends Command
  ? { readonly [K in keyof C]: K extends 'type' ? C[K] : C[K] extends string ? string : C[K] }
  : never;

/** As at the door: text that has the right form gets its brand. */
const branded = (command: Unbranded<Command>) => command as Command;

/**
 * Everything, or hardly more than coming and going in one group: then it matters who inherits it; or hardly more than
 * logging in and out: then sessions make room for each other.
 */
export type Taste = 'all' | 'memberships' | 'sessions';

interface Thinking {
  readonly taste: Taste;
  readonly device: Device;
  readonly state: State;
  readonly dice: Dice;
  readonly now: number;
}

/** The next command of a device, as the tracker with this state would be given it; undefined where there is none. */
export function thinkOf(thinking: Thinking): Command | undefined {
  const { device, state, dice } = thinking;
  if (device.session === undefined || device.user === undefined) return comeIn(thinking);
  if (thinking.taste === 'sessions') return dice.chance(0.5) ? comeIn(thinking) : endSessions(thinking);
  const isPicky = thinking.taste === 'memberships';
  const group = isPicky ? 'films' : dice.pick(groups);
  const id = groupByName(state, group)?.id;
  if (dice.chance(0.1)) return comeIn(thinking);
  if (dice.chance(0.05)) return dice.chance(0.5) ? { type: 'logout' } : changePassword(device, state);
  if (!isPicky && dice.chance(NONSENSE_CHANCE)) return dice.pick([...asMember(dice, group), ...asOwner(dice, group)]);
  if (id === undefined) return branded({ type: 'create_group', group });
  const member = state.members.get(id, device.user);
  if (member === undefined) return branded({ type: 'join_group', group });
  const asking = member.owner ? applicantOf(state, id) : undefined;
  if (asking !== undefined) {
    const type = isPicky || dice.chance(0.8) ? 'accept_request' : 'reject_request';
    return branded({ type, group, user: asking });
  }
  if (isPicky) return dice.chance(0.3) ? branded({ type: 'leave_group', group }) : comeOrGovern(thinking, group);
  return dice.pick(member.owner ? [...asMember(dice, group), ...asOwner(dice, group)] : asMember(dice, group));
}

function comeOrGovern(thinking: Thinking, group: string): Command | undefined {
  const { dice } = thinking;
  const type = dice.pick(['add_owner', 'remove_owner'] as const);
  return dice.chance(0.5) ? comeIn(thinking) : branded({ type, group, user: dice.pick(users) });
}

/** Somebody new, or somebody who is known. */
function comeIn({ taste, device, state, dice, now }: Thinking): Command | undefined {
  const isPicky = taste === 'sessions';
  const name = dice.pick(isPicky ? users.slice(0, 2) : users);
  const user = userByName(state, name);
  if (user === undefined || dice.chance(0.1)) return branded({ type: 'create_user', user: name, credential: 'hash' });
  const session = device.nextSession() as SessionId;
  return {
    type: 'login',
    user: user.id,
    credentialVersion: user.credentialVersion,
    session,
    expires: now + (isPicky && dice.chance(0.3) ? dice.below(SHORT_SESSION_MS) : SESSION_MS),
  };
}

function asMember(dice: Dice, group: string): Command[] {
  const file = dice.pick(files);
  const root = createHash('sha256')
    .update(dice.pick(['one', 'two']))
    .digest('hex') as ContentRoot;
  const share = branded({ type: 'share_file', group, file, bytes: 3, pieceLength: 262_144, root });
  return [share, share, branded({ type: 'leave_group', group }), branded({ type: 'remove_file', group, file })];
}

function asOwner(dice: Dice, group: string): Command[] {
  const user = dice.pick(users);
  return [
    branded({ type: 'add_owner', group, user }),
    branded({ type: 'remove_owner', group, user }),
    branded({ type: 'remove_member', group, user }),
    branded({ type: 'accept_request', group, user }),
    branded({ type: 'delete_group', group }),
  ];
}

/** Somebody who asks to be let in. */
function applicantOf(state: State, group: GroupId): string | undefined {
  const [first] = [...state.requests.of(group).entries()].map(([user]) => user).sort();
  return first && state.users.get(first as UserId)?.name;
}

function endSessions({ device, state, dice, now }: Thinking): Command | undefined {
  const devices = sessionsInForce(state, device.user as UserId, now).map((session) => session.device);
  switch (dice.pick(['logout', 'change_password', 'revoke_device'] as const)) {
    case 'logout':
      return { type: 'logout' };
    case 'change_password':
      return changePassword(device, state);
    case 'revoke_device':
      return { type: 'revoke_device', device: dice.pick([device.id, ...devices]) };
  }
}

function changePassword(device: Device, state: State): Command | undefined {
  const user = device.user && state.users.get(device.user);
  return user && { type: 'change_password', credential: 'new hash', credentialVersion: user.credentialVersion };
}
