/** What a user is to a group: the questions that most rules begin with, in the order in which refusals are due. */
import { type GroupId, type Refusal, refusal, type UserId } from '@p2p/protocol';
import { userByName } from '../lookup.js';
import type { Group, Member, State, User } from '../state.js';

/** The group of that name, or `no_such_group`. */
export function findGroup(state: State, name: string): Group | Refusal {
  const id = state.groupNames.get(name);
  const group = id === undefined ? undefined : state.groups.get(id);
  return group ?? refusal('no_such_group', `there is no group "${name}" – use: list_groups`);
}

/** The group, where `user` is a member of it; else `no_such_group` or `not_a_member`. */
export function asMember(state: State, name: string, user: UserId): Group | Refusal {
  const group = findGroup(state, name);
  if (isRefusal(group) || state.members.has(group.id, user)) return group;
  return refusal('not_a_member', `you are not a member of "${name}" – use: join_group`);
}

/** The group, where `user` is an owner of it; else `no_such_group`, `not_a_member` or `not_an_owner`. */
export function asOwner(state: State, name: string, user: UserId): Group | Refusal {
  const group = asMember(state, name, user);
  if (isRefusal(group) || state.members.get(group.id, user)?.owner) return group;
  return refusal('not_an_owner', `only an owner of "${name}" may do this`);
}

/** Another user by name, or `no_such_user`. */
export function findUser(state: State, name: string): User | Refusal {
  return userByName(state, name) ?? refusal('no_such_user', `there is no user "${name}"`);
}

/** Another user by name with the membership in the group; whoever is not in it is `no_such_user`. */
export function findMember(state: State, group: GroupId, name: string): (Member & { id: UserId }) | Refusal {
  const user = findUser(state, name);
  if (isRefusal(user)) return user;
  const member = state.members.get(group, user.id);
  return member === undefined
    ? refusal('no_such_user', `"${name}" is not a member of the group`)
    : { ...member, id: user.id };
}

export function isRefusal(value: object): value is Refusal {
  return 'ok' in value && value.ok === false;
}
