/**
 * `decide` is where policy lives, and the only place: may this user do that? Only the tracker that a client talks to
 * decides; what it decided goes to all as an operation that nobody questions again. Refusals come in one order:
 * session, group, what the actor may, the other user, the other's state, the file.
 */
import { type Operation, type OperationBody, type Refusal, refusal, type UserId } from '@p2p/protocol';
import { userOfSession } from '../lookup.js';
import type { State } from '../state.js';
import { decideChangePassword, decideCreateUser, decideLogin, decideLogout, decideRevokeDevice } from './accounts.js';
import type { Actor, Command, CommandType, DecisionContext } from './commands.js';
import { decideAddOwner, decideRemoveMember, decideRemoveOwner } from './governance.js';
import { decideCreateGroup, decideDeleteGroup, decideJoin, decideLeave } from './groups.js';
import { decideAccept, decideReject } from './requests.js';
import { decideRemoveFile, decideShareFile } from './shared-files.js';
import type { AnonymousRule, Unchanged, UserRule, Verdict } from './verdict.js';

type AnonymousType = 'create_user' | 'login';

const anonymousRules: { readonly [T in AnonymousType]: AnonymousRule<T> } = {
  create_user: decideCreateUser,
  login: decideLogin,
};

const userRules: { readonly [T in Exclude<CommandType, AnonymousType>]: UserRule<T> } = {
  logout: decideLogout,
  revoke_device: decideRevokeDevice,
  change_password: decideChangePassword,
  create_group: decideCreateGroup,
  delete_group: decideDeleteGroup,
  join_group: decideJoin,
  leave_group: decideLeave,
  accept_request: decideAccept,
  reject_request: decideReject,
  remove_member: decideRemoveMember,
  add_owner: decideAddOwner,
  remove_owner: decideRemoveOwner,
  share_file: decideShareFile,
  remove_file: decideRemoveFile,
};

/**
 * Judges one command against the state, which it leaves as it is. Answers with the operation that carries it out, a
 * refusal, or {@link Unchanged} where the state already says so.
 */
// biome-ignore lint/complexity/useMaxParams: who asks what of which state, and where and when, is the whole of it
export function decide(
  state: State,
  actor: Actor,
  command: Command,
  context: DecisionContext,
): Operation | Refusal | Unchanged {
  const user = userOfSession(state, actor, context.now);
  const verdict = judge(state, command, { actor, context, user });
  return 'ok' in verdict ? verdict : operationOf(verdict, context, user ?? null);
}

function judge(
  state: State,
  command: Command,
  { user, ...asking }: { actor: Actor; context: DecisionContext; user: UserId | undefined },
): Verdict {
  if (isAnonymous(command)) {
    const rule = anonymousRules[command.type] as AnonymousRule<AnonymousType>;
    return rule(state, command, asking);
  }
  if (user === undefined) return refusal('not_logged_in');
  const rule = userRules[command.type] as UserRule<typeof command.type>;
  return rule(state, command, { ...asking, user });
}

function isAnonymous(command: Command): command is Extract<Command, { type: AnonymousType }> {
  return command.type in anonymousRules;
}

function operationOf(body: OperationBody, context: DecisionContext, actor: UserId | null): Operation {
  const { stamp, seq, requestId, mode } = context;
  return { stamp, seq, requestId, mode, actor, body };
}
