/** Accounts: how they come to be and how their passwords change. */
import type { Operation, OperationBody } from '@p2p/protocol';
import type { State } from '../state.js';
import { chooseName, recordConflict } from './naming.js';
import { done, type Outcome, rejected } from './outcome.js';

type Body<K extends OperationBody['kind']> = Extract<OperationBody, { kind: K }>;

export function createUser(state: State, body: Body<'create_user'>, { mode, requestId, stamp }: Operation): Outcome {
  if (state.users.has(body.user)) return done;
  const naming = chooseName({ kind: 'user', name: body.name, mode }, (name) => state.userNames.has(name));
  if (naming === undefined) return rejected('already_exists');
  state.users.set(body.user, {
    id: body.user,
    ...naming,
    credential: body.credential,
    credentialVersion: requestId,
  });
  state.userNames.set(naming.name, body.user);
  if (naming.renamedFrom !== undefined) state.formerUserNames.set(naming.renamedFrom, body.user, body.user);
  recordConflict(state, naming, { kind: 'user', id: body.user, at: stamp });
  return done;
}

/**
 * The session that made the change goes on with the new version. Of two changes at once the earlier one holds, unless
 * somebody has been told that the later one does. A reset holds against a change that did not know of it, at a tracker
 * that was cut off: it may be there to lock out whoever made that change.
 */
export function setCredential(state: State, body: Body<'set_credential'>, { mode, requestId }: Operation): Outcome {
  const user = state.users.get(body.user);
  if (user === undefined) return rejected('no_such_user');
  const isOutdated = user.credentialVersion !== body.replaces;
  if (isOutdated && mode === 'reject') return rejected('wrong_password');
  if (isOutdated && user.isReset) return done;
  const { isReset: _, ...row } = user;
  state.users.set(user.id, { ...row, credential: body.credential, credentialVersion: requestId });
  const session = state.sessions.get(body.session);
  if (session?.user === user.id) state.sessions.set(session.id, { ...session, credentialVersion: requestId });
  return done;
}

/** No session was checked against the new version: all of the user's have ended. */
export function resetCredential(state: State, body: Body<'reset_credential'>, { requestId }: Operation): Outcome {
  const user = state.users.get(body.user);
  if (user === undefined) return rejected('no_such_user');
  state.users.set(user.id, { ...user, credential: body.credential, credentialVersion: requestId, isReset: true });
  return done;
}
