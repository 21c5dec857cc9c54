/** Rules of founding, ending, joining and leaving a group. */
import { refusal } from '@p2p/protocol';
import { idFrom } from './accounts.js';
import { asMember, asOwner, findGroup, isRefusal } from './standing.js';
import type { UserRule } from './verdict.js';

export const decideCreateGroup: UserRule<'create_group'> = (state, { group: name }, { user, context }) => {
  if (state.groupNames.has(name)) return refusal('already_exists', `the group name "${name}" is taken`);
  return { kind: 'create_group', group: idFrom(context.requestId), name, owner: user };
};

export const decideDeleteGroup: UserRule<'delete_group'> = (state, command, { user }) => {
  const group = asOwner(state, command.group, user);
  return isRefusal(group) ? group : { kind: 'delete_group', group: group.id };
};

export const decideJoin: UserRule<'join_group'> = (state, command, { user }) => {
  const group = findGroup(state, command.group);
  if (isRefusal(group)) return group;
  if (state.members.has(group.id, user)) return refusal('already_member');
  if (state.requests.has(group.id, user)) return refusal('already_requested');
  return { kind: 'request_membership', group: group.id, user };
};

export const decideLeave: UserRule<'leave_group'> = (state, command, { user }) => {
  const group = asMember(state, command.group, user);
  return isRefusal(group) ? group : { kind: 'end_membership', group: group.id, user };
};
