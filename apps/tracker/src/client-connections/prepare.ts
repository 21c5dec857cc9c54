/** Turns a client's request into a command: passwords are hashed and checked on the way, so that no secret goes further. */
import { createHash } from 'node:crypto';
import { type MutationRequest, type Refusal, refusal, SESSION_MS, type SessionId } from '@p2p/protocol';
import { type Actor, type Command, isRefusal, userOfSession } from '@p2p/state';
import type { Asker } from '../log-ins/log-ins.js';
import type { Services } from './services.js';

type Request<T extends MutationRequest['type']> = Extract<MutationRequest, { type: T }>;

export interface Asking {
  readonly actor: Actor;
  readonly asker: Asker;
  readonly services: Pick<Services, 'replicated' | 'logIns'>;
}

/** The command that a request stands for, or why its password is refused. At once, where there is no password in it. */
export function prepareCommand(request: MutationRequest, asking: Asking): Command | Promise<Command | Refusal> {
  switch (request.type) {
    case 'create_user':
      return prepareUser(request, asking);
    case 'login':
      return prepareLogin(request, asking);
    case 'change_password':
      return prepareChange(request, asking);
    default:
      return request;
  }
}

/** The name of the session that a token opens. */
export function sessionOf(token: Uint8Array): SessionId {
  return createHash('sha256').update(token).digest('hex') as SessionId;
}

async function prepareUser(
  { user, password }: Request<'create_user'>,
  { asker, services }: Asking,
): Promise<Command | Refusal> {
  const credential = await services.logIns.newUser(password, asker);
  return typeof credential === 'string' ? { type: 'create_user', user, credential } : credential;
}

async function prepareLogin(request: Request<'login'>, { asker, services }: Asking): Promise<Command | Refusal> {
  const user = await services.logIns.logIn(request.user, request.password, asker);
  if (isRefusal(user)) return user;
  const { id, credentialVersion } = user;
  const { token, deviceName } = request;
  const expires = Date.now() + SESSION_MS;
  return { type: 'login', user: id, credentialVersion, session: sessionOf(token), expires, deviceName };
}

async function prepareChange(
  request: Request<'change_password'>,
  { actor, asker, services: { replicated, logIns } }: Asking,
): Promise<Command | Refusal> {
  const id = userOfSession(replicated.state, actor, Date.now());
  const user = id === undefined ? undefined : replicated.state.users.get(id);
  if (user === undefined) return refusal('not_logged_in');
  const credential = await logIns.change(user, request, asker);
  if (typeof credential !== 'string') return credential;
  return { type: 'change_password', credentialVersion: user.credentialVersion, credential };
}
