/** Turns a client's request into a command: passwords are hashed and checked here, so that no secret goes further. */
import { createHash } from 'node:crypto';
import {
  MAX_RENAMED_TRIED,
  type MutationRequest,
  type Refusal,
  refusal,
  SESSION_MS,
  type SessionId,
} from '@p2p/protocol';
import { type Actor, type Command, type User, userByName, userOfSession, usersRenamedFrom } from '@p2p/state';
import type { Services } from './services.js';

type Request<T extends MutationRequest['type']> = Extract<MutationRequest, { type: T }>;

/** The command that a request stands for, or why its password is refused. */
export async function prepareCommand(
  request: MutationRequest,
  actor: Actor,
  services: Services,
): Promise<Command | Refusal> {
  switch (request.type) {
    case 'create_user':
      return { type: 'create_user', user: request.user, credential: await services.passwords.hash(request.password) };
    case 'login':
      return prepareLogin(request, services);
    case 'change_password':
      return prepareChange(request, actor, services);
    default:
      return request;
  }
}

/** The name of the session that a token opens. */
export function sessionOf(token: Uint8Array): SessionId {
  return createHash('sha256').update(token).digest('hex') as SessionId;
}

/** Who doesn't exist and who mistyped get the same answer after the same time. */
async function prepareLogin(request: Request<'login'>, services: Services): Promise<Command | Refusal> {
  const user = await accountOf(request, services);
  if (user === undefined) return refusal('wrong_password');
  const { id, credentialVersion } = user;
  const expires = Date.now() + SESSION_MS;
  return { type: 'login', user: id, credentialVersion, session: sessionOf(request.token), expires };
}

/** The account that has the name, or else one that a merge took it from: whichever the password is that of. */
async function accountOf(
  { user: name, password }: Request<'login'>,
  { replicated, passwords }: Services,
): Promise<User | undefined> {
  const named = userByName(replicated.state, name);
  if (await passwords.verify(named?.credential, password)) return named;
  for (const renamed of usersRenamedFrom(replicated.state, name).slice(0, MAX_RENAMED_TRIED)) {
    if (await passwords.verify(renamed.credential, password)) return renamed;
  }
  return undefined;
}

async function prepareChange(
  request: Request<'change_password'>,
  actor: Actor,
  { replicated, passwords }: Services,
): Promise<Command | Refusal> {
  const id = userOfSession(replicated.state, actor, Date.now());
  const user = id === undefined ? undefined : replicated.state.users.get(id);
  if (user === undefined) return refusal('not_logged_in');
  if (!(await passwords.verify(user.credential, request.oldPassword))) {
    return refusal('wrong_password', 'the old password is wrong');
  }
  const credential = await passwords.hash(request.newPassword);
  return { type: 'change_password', credentialVersion: user.credentialVersion, credential };
}
