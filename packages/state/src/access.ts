/**
 * What a device's access to a group's bytes rests on – a session and a membership – and what of it is no more. A tracker
 * signs the one into grants and tells those who serve of the other.
 */
import {
  compareStamps,
  type DeviceId,
  type EndedAccess,
  type GroupId,
  type Operation,
  type OperationBody,
  type SessionId,
  type Stamp,
  type UserId,
} from '@p2p/protocol';
import type { Actor } from './decide/commands.js';
import { sessionsOfUser, userOfSession } from './lookup.js';
import type { State } from './state.js';

export interface Access {
  readonly device: DeviceId;
  readonly group: GroupId;
  readonly user: UserId;
  readonly session: SessionId;
  /** When the membership began. */
  readonly since: Stamp;
  /** When the session expires; wall clock, ms. */
  readonly sessionExpires: number;
}

/** What the actor may have of a group; undefined for who is not logged in, or no member. `now`: wall clock, ms. */
export function accessOf(
  state: State,
  actor: Actor,
  { group, now }: { group: GroupId; now: number },
): Access | undefined {
  const user = userOfSession(state, actor, now);
  const session = actor.session === undefined ? undefined : state.sessions.get(actor.session);
  const member = user === undefined ? undefined : state.members.get(group, user);
  // A membership may stand before its group, which nothing can be had of.
  if (session === undefined || member === undefined || state.groups.get(group)?.ended !== false) return undefined;
  const { device, user: id, expires } = session;
  return { device, group, user: id, session: session.id, since: member.since, sessionExpires: expires };
}

/** Whether what access rests on is no more. `now`: wall clock, ms. */
export function hasEnded(
  state: State,
  { group, user, session, since }: Pick<Access, 'group' | 'user' | 'session' | 'since'>,
  now: number,
): boolean {
  const device = state.sessions.get(session)?.device;
  if (device === undefined) return true;
  const access = accessOf(state, { device, session }, { group, now });
  return access === undefined || access.user !== user || compareStamps(access.since, since) !== 0;
}

/** What access has ended by operations that are new in the state. */
export function accessEndedBy(state: State, operations: readonly Operation[]): EndedAccess[] {
  return operations.flatMap(({ body, stamp }) => endedBy(state, body, stamp));
}

function endedBy(state: State, body: OperationBody, stamp: Stamp): EndedAccess[] {
  switch (body.kind) {
    case 'end_membership': {
      const member = state.members.get(body.group, body.user);
      // It may have come to nothing, or somebody has let the user in again since.
      if (member !== undefined && compareStamps(member.since, stamp) < 0) return [];
      return [{ what: 'membership', group: body.group, user: body.user, before: stamp }];
    }
    case 'delete_group':
      return state.groups.get(body.group)?.ended === true ? [{ what: 'group', group: body.group }] : [];
    case 'close_session':
      return [{ what: 'session', session: body.session }];
    case 'open_session':
      return body.replaces !== undefined && state.sessions.get(body.replaces)?.closed !== false
        ? [{ what: 'session', session: body.replaces }]
        : [];
    case 'set_credential':
    case 'reset_credential':
    case 'revoke_device':
      return outdatedSessions(state, body.user);
    default:
      return [];
  }
}

/** Sessions that are not in force any more, whatever has ended them. */
function outdatedSessions(state: State, user: UserId): EndedAccess[] {
  const current = state.users.get(user)?.credentialVersion;
  return sessionsOfUser(state, user)
    .filter(({ closed, credentialVersion }) => closed || credentialVersion !== current)
    .map(({ id }) => ({ what: 'session', session: id }));
}
