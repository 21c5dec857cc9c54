/**
 * Log-ins. A session is named by the hash of its token. A closed one stays for a while as a tombstone; what keeps a
 * log-in that arrives again from opening it again is not that, but that a request acts once (apply.ts). So a row may go
 * when it is in the way, closed or not: whoever logs in with its token again has shown the password again.
 */
import {
  compareStamps,
  MAX_SESSIONS_PER_USER,
  type Operation,
  type OperationBody,
  type SessionId,
  type UserId,
} from '@p2p/protocol';
import { sessionsOfUser } from '../lookup.js';
import type { Session, State } from '../state.js';
import { done, type Outcome, rejected } from './outcome.js';

type Body<K extends OperationBody['kind']> = Extract<OperationBody, { kind: K }>;

/** Kept, it is there even where its password was changed meanwhile; but it is not in force then. */
export function openSession(state: State, body: Body<'open_session'>, { mode, stamp }: Operation): Outcome {
  if (state.sessions.has(body.session)) return done;
  const current = state.users.get(body.user)?.credentialVersion;
  if (mode === 'reject' && current !== body.credentialVersion) return rejected('wrong_password');
  const { kind: _, session: id, at: seen, replaces, ...rest } = body;
  if (replaces !== undefined) close(state, replaces);
  makeRoom(state, body.user, seen);
  state.sessions.set(id, { ...rest, id, seen, opened: stamp, closed: false });
  state.userSessions.set(body.user, id, id);
  return done;
}

export function closeSession(state: State, { session }: Body<'close_session'>): Outcome {
  close(state, session);
  return done;
}

/** Two trackers may note the use of a session in any order: the later time stays. */
export function seeSession(state: State, { session: id, at }: Body<'see_session'>): Outcome {
  const session = state.sessions.get(id);
  if (session !== undefined && session.seen < at) state.sessions.set(id, { ...session, seen: at });
  return done;
}

/** What the device opens after that, in the order of all, is open. */
export function revokeDevice(state: State, { user, device }: Body<'revoke_device'>): Outcome {
  for (const session of sessionsOfUser(state, user)) if (session.device === device) close(state, session.id);
  return done;
}

function close(state: State, id: SessionId): void {
  const session = state.sessions.get(id);
  if (session !== undefined && !session.closed) state.sessions.set(id, { ...session, closed: true });
}

/**
 * Before one more session of a user is opened: those that have run out go, and beyond the bound first those that are
 * over, then those that were used the longest ago. By nothing but the operation and what came before it, so that all
 * trackers remove the same. `at`: wall clock of the log-in, ms. (Not the stamp, which can be far ahead of all clocks for
 * years after one of them was wrong.)
 */
function makeRoom(state: State, user: UserId, at: number): void {
  const version = state.users.get(user)?.credentialVersion;
  const isOver = ({ closed, credentialVersion }: Session) => closed || credentialVersion !== version;
  const [expired, left] = [[] as Session[], [] as Session[]];
  for (const session of sessionsOfUser(state, user)) (session.expires <= at ? expired : left).push(session);
  const firstToGo = (a: Session, b: Session) =>
    Number(isOver(b)) - Number(isOver(a)) || a.seen - b.seen || compareStamps(a.opened, b.opened);
  const superfluous = left.sort(firstToGo).slice(0, Math.max(0, left.length - MAX_SESSIONS_PER_USER + 1));
  for (const { id } of [...expired, ...superfluous]) {
    state.sessions.delete(id);
    state.userSessions.delete(user, id);
  }
}
