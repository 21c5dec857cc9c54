/** Rules of accounts and sessions. Passwords were checked before; here only whether that check still counts. */
import { refusal } from '@p2p/protocol';
import { sessionsInForce } from '../lookup.js';
import type { AnonymousRule, UserRule } from './verdict.js';

export const decideCreateUser: AnonymousRule<'create_user'> = (state, { user: name, credential }, { context }) => {
  if (state.userNames.has(name)) return refusal('already_exists', `the user name "${name}" is taken`);
  return { kind: 'create_user', user: idFrom(context.requestId), name, credential };
};

export const decideLogin: AnonymousRule<'login'> = (state, command, { actor, context }) => {
  const user = state.users.get(command.user);
  // The password was changed while this one was being checked.
  if (user?.credentialVersion !== command.credentialVersion) return refusal('wrong_password');
  const { session, credentialVersion, expires, deviceName } = command;
  const { device, session: replaces } = actor;
  const what = { session, user: user.id, device, credentialVersion, expires, at: context.now };
  return { kind: 'open_session', ...what, ...(deviceName && { deviceName }), ...(replaces && { replaces }) };
};

export const decideLogout: UserRule<'logout'> = (_state, _command, { actor }) =>
  actor.session === undefined ? refusal('not_logged_in') : { kind: 'close_session', session: actor.session };

export const decideChangePassword: UserRule<'change_password'> = (state, command, { user, actor }) => {
  if (actor.session === undefined) return refusal('not_logged_in');
  const { credential, credentialVersion: replaces } = command;
  if (state.users.get(user)?.credentialVersion !== replaces) return refusal('wrong_password');
  return { kind: 'set_credential', user, credential, replaces, session: actor.session };
};

/** What `list_devices` names can be revoked, the device that asks not excepted. */
export const decideRevokeDevice: UserRule<'revoke_device'> = (state, { device }, { user, context }) =>
  sessionsInForce(state, user, context.now).some((session) => session.device === device)
    ? { kind: 'revoke_device', user, device }
    : refusal('bad_request', 'you are not logged in on such a device – use: list_devices');

/** An entity is named by the request that makes it, so that asking twice makes one. */
export function idFrom<Id extends string>(requestId: string): Id {
  return requestId as Id;
}
