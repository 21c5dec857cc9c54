/** Rules of what owners do with members. */
import { type GroupId, MAX_GROUP_OWNERS, refusal } from '@p2p/protocol';
import type { State } from '../state.js';
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
  if (ownerCount(state, group.id) >= MAX_GROUP_OWNERS) {
    return refusal('limit_reached', `a group has at most ${MAX_GROUP_OWNERS} owners`);
  }
  return { kind: 'add_owner', group: group.id, user: member.id };
};

export const decideRemoveOwner: UserRule<'remove_owner'> = (state, command, { user }) => {
  const group = asOwner(state, command.group, user);
  if (isRefusal(group)) return group;
  const member = findMember(state, group.id, command.user);
  if (isRefusal(member)) return member;
  if (!member.owner) return refusal('not_an_owner', `"${command.user}" is not an owner`);
  if (ownerCount(state, group.id) === 1) return refusal('last_owner');
  return { kind: 'remove_owner', group: group.id, user: member.id };
};

function ownerCount(state: State, group: GroupId): number {
  let count = 0;
  for (const [, { owner }] of state.members.of(group).entries()) if (owner) count += 1;
  return count;
}
