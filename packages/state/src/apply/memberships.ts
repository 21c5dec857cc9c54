/**
 * Who asks for, gets, loses and governs membership. Rows may stand before their group exists (a kept membership waits
 * for its group), never after it has ended.
 */
import { compareStamps, type GroupId, type Operation, type OperationBody, type UserId } from '@p2p/protocol';
import type { State } from '../state.js';
import { endGroup } from './groups.js';
import { done, type Outcome, rejected } from './outcome.js';

type Body<K extends OperationBody['kind']> = Extract<OperationBody, { kind: K }>;

/** What to answer where the group is not there; undefined where the operation may go on. */
function groupMissing(state: State, group: GroupId, { mode }: Operation): Outcome | undefined {
  const row = state.groups.get(group);
  if (row?.ended) return mode === 'reject' ? rejected('no_such_group') : done;
  return row === undefined && mode === 'reject' ? rejected('no_such_group') : undefined;
}

export function requestMembership(state: State, body: Body<'request_membership'>, operation: Operation): Outcome {
  const missing = groupMissing(state, body.group, operation);
  if (missing !== undefined) return missing;
  const reject = operation.mode === 'reject';
  if (state.members.has(body.group, body.user)) return reject ? rejected('already_member') : done;
  if (state.requests.has(body.group, body.user)) return reject ? rejected('already_requested') : done;
  state.requests.set(body.group, body.user, operation.stamp);
  return done;
}

export function rejectMembership(state: State, body: Body<'reject_membership'>, operation: Operation): Outcome {
  const missing = groupMissing(state, body.group, operation);
  if (missing !== undefined) return missing;
  if (!state.requests.has(body.group, body.user)) return settled(operation, 'no_such_request');
  state.requests.delete(body.group, body.user);
  return done;
}

export function acceptMembership(state: State, body: Body<'accept_membership'>, operation: Operation): Outcome {
  const missing = groupMissing(state, body.group, operation);
  if (missing !== undefined) return missing;
  if (state.members.has(body.group, body.user)) return settled(operation, 'already_member');
  if (operation.mode === 'reject' && !state.requests.has(body.group, body.user)) return rejected('no_such_request');
  state.requests.delete(body.group, body.user);
  state.members.set(body.group, body.user, { owner: false, since: operation.stamp });
  return done;
}

/** An only owner's group goes to the longest member; the last one leaving ends it. */
export function endMembership(state: State, body: Body<'end_membership'>, operation: Operation): Outcome {
  const missing = groupMissing(state, body.group, operation);
  if (missing !== undefined) return missing;
  if (!state.members.has(body.group, body.user)) {
    return settled(operation, operation.actor === body.user ? 'not_a_member' : 'no_such_user');
  }
  state.members.delete(body.group, body.user);
  keepOwned(state, body.group);
  return done;
}

export function addOwner(state: State, body: Body<'add_owner'>, operation: Operation): Outcome {
  const missing = groupMissing(state, body.group, operation);
  if (missing !== undefined) return missing;
  const member = state.members.get(body.group, body.user);
  if (member === undefined) return settled(operation, 'no_such_user');
  if (member.owner) return settled(operation, 'already_owner');
  state.members.set(body.group, body.user, { ...member, owner: true });
  return done;
}

export function removeOwner(state: State, body: Body<'remove_owner'>, operation: Operation): Outcome {
  const missing = groupMissing(state, body.group, operation);
  if (missing !== undefined) return missing;
  const member = state.members.get(body.group, body.user);
  if (member === undefined) return settled(operation, 'no_such_user');
  if (!member.owner) return settled(operation, 'not_an_owner');
  if (operation.mode === 'reject' && ownersOf(state, body.group).length === 1) return rejected('last_owner');
  state.members.set(body.group, body.user, { ...member, owner: false });
  keepOwned(state, body.group);
  return done;
}

/** The state already is what a kept operation wanted, or what it wanted means nothing any more. */
function settled({ mode }: Operation, code: Parameters<typeof rejected>[0]): Outcome {
  return mode === 'reject' ? rejected(code) : done;
}

function ownersOf(state: State, group: GroupId): string[] {
  return [...state.members.of(group).entries()].filter(([, member]) => member.owner).map(([user]) => user);
}

/** Restores the rule that a group has a member, and an owner among its members. One that has yet to begin will have. */
function keepOwned(state: State, group: GroupId): void {
  if (!state.groups.has(group)) return;
  const members = [...state.members.of(group).entries()];
  if (members.length === 0) return endGroup(state, group);
  if (members.some(([, member]) => member.owner)) return;
  // Never "the first of the table": its order differs between trackers. Stamps are the same everywhere.
  const [heir] = members.sort(([, a], [, b]) => compareStamps(a.since, b.since));
  if (heir !== undefined) state.members.set(group, heir[0] as UserId, { ...heir[1], owner: true });
}
