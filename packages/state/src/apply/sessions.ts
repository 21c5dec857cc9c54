/** Log-ins. A session is named by the hash of its token; a closed one stays as a tombstone. */
import type { Operation, OperationBody } from '@p2p/protocol';
import type { State } from '../state.js';
import { done, type Outcome, rejected } from './outcome.js';

type Body<K extends OperationBody['kind']> = Extract<OperationBody, { kind: K }>;

/** Kept, it is there even where its password was changed meanwhile; but it is not in force then. */
export function openSession(state: State, body: Body<'open_session'>, { mode }: Operation): Outcome {
  if (state.sessions.has(body.session)) return done;
  const current = state.users.get(body.user)?.credentialVersion;
  if (mode === 'reject' && current !== body.credentialVersion) return rejected('wrong_password');
  state.sessions.set(body.session, {
    id: body.session,
    user: body.user,
    device: body.device,
    credentialVersion: body.credentialVersion,
    expires: body.expires,
    closed: false,
  });
  return done;
}

export function closeSession(state: State, body: Body<'close_session'>): Outcome {
  const session = state.sessions.get(body.session);
  if (session !== undefined && !session.closed) state.sessions.set(session.id, { ...session, closed: true });
  return done;
}
