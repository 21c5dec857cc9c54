/** Rules of answering those who asked to join. */
import { type GroupId, type Refusal, refusal, type UserId } from '@p2p/protocol';
import type { State } from '../state.js';
import { asOwner, findUser, isRefusal } from './standing.js';
import type { UserRule } from './verdict.js';

export const decideAccept: UserRule<'accept_request'> = (state, command, { user }) => {
  const asked = findRequest(state, command, user);
  return isRefusal(asked) ? asked : { kind: 'accept_membership', ...asked };
};

export const decideReject: UserRule<'reject_request'> = (state, command, { user }) => {
  const asked = findRequest(state, command, user);
  return isRefusal(asked) ? asked : { kind: 'reject_membership', ...asked };
};

function findRequest(
  state: State,
  names: { readonly group: string; readonly user: string },
  owner: UserId,
): { group: GroupId; user: UserId } | Refusal {
  const group = asOwner(state, names.group, owner);
  if (isRefusal(group)) return group;
  const user = findUser(state, names.user);
  if (isRefusal(user)) return user;
  if (state.members.has(group.id, user.id)) return refusal('already_member', `"${user.name}" is a member already`);
  if (!state.requests.has(group.id, user.id)) {
    return refusal('no_such_request', `"${user.name}" has not asked to join "${group.name}"`);
  }
  return { group: group.id, user: user.id };
}
