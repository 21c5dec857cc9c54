/** Rules of what owners do with members. */
import { refusal } from '@p2p/protocol';
import { asOwner, findMember, isRefusal } from './standing.js';
import type { UserRule } from './verdict.js';

export const decideRemoveMember: UserRule<'remove_member'> = (state, command, { user }) => {
  const group = asOwner(state, command.group, user);
  if (isRefusal(group)) return group;
  const member = findMember(state, group.id, command.user);
  return isRefusal(member) ? member : { kind: 'end_membership', group: group.id, user: member.id };
};

export const decideAddOwner: UserRule<'add_owner'> = (state, command, { user }) => {
  const group = asOwner(state, command.group, user);
  if (isRefusal(group)) return group;
  const member = findMember(state, group.id, command.user);
  if (isRefusal(member)) return member;
  if (member.owner) return refusal('already_owner', `"${command.user}" is an owner already`);
  return { kind: 'add_owner', group: group.id, user: member.id };
};

export const decideRemoveOwner: UserRule<'remove_owner'> = (state, command, { user }) => {
  const group = asOwner(state, command.group, user);
  if (isRefusal(group)) return group;
  const member = findMember(state, group.id, command.user);
  if (isRefusal(member)) return member;
  if (!member.owner) return refusal('not_an_owner', `"${command.user}" is not an owner`);
  const owners = [...state.members.of(group.id).entries()].filter(([, { owner }]) => owner);
  if (owners.length === 1) return refusal('last_owner');
  return { kind: 'remove_owner', group: group.id, user: member.id };
};
