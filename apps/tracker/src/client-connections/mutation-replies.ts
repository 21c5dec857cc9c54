/** What a client is told of a change that succeeded: with the names as they are, which may differ from those asked for. */
import {
  type FileId,
  type GroupId,
  type MutationRequest,
  type OperationKind,
  type Refusal,
  type ReplyTo,
  type RequestId,
  type RequestOf,
  refusal,
  type UserId,
} from '@p2p/protocol';
import { fileByName, groupByName, isRefusal, type State } from '@p2p/state';
import { sessionOf } from './prepare.js';

type MutationType = MutationRequest['type'];
/** A reply without what every reply has. */
type Fields<T extends MutationType> = Omit<ReplyTo<T>, 'type' | 'id' | 'replicated'>;
/** What a request has made has the request's id. */
type Describe<T extends MutationType> = (request: RequestOf<T>, state: State, id: RequestId) => Fields<T> | Refusal;

/** What each request becomes. */
const operationKinds: { readonly [T in MutationType]: OperationKind } = {
  create_user: 'create_user',
  login: 'open_session',
  logout: 'close_session',
  revoke_device: 'revoke_device',
  change_password: 'set_credential',
  create_group: 'create_group',
  join_group: 'request_membership',
  leave_group: 'end_membership',
  accept_request: 'accept_membership',
  reject_request: 'reject_membership',
  remove_member: 'end_membership',
  add_owner: 'add_owner',
  remove_owner: 'remove_owner',
  delete_group: 'delete_group',
  share_file: 'share_file',
  remove_file: 'remove_file',
};

const nothing = () => ({});
const theGroup = ({ group }: { group: string }) => ({ group });
const groupAndUser = ({ group, user }: { group: string; user: string }) => ({ group, user });

const descriptions: { readonly [T in MutationType]: Describe<T> } = {
  create_user: ({ user }, state, id) => ({ user: state.users.get(id as string as UserId)?.name ?? user }),
  login: describeLogin,
  logout: nothing,
  revoke_device: ({ device }) => ({ device }),
  change_password: nothing,
  create_group: ({ group }, state, id) => ({ group: state.groups.get(id as string as GroupId)?.name ?? group }),
  join_group: theGroup,
  leave_group: theGroup,
  accept_request: groupAndUser,
  reject_request: groupAndUser,
  remove_member: groupAndUser,
  add_owner: groupAndUser,
  remove_owner: groupAndUser,
  delete_group: theGroup,
  share_file: describeSharedFile,
  remove_file: ({ group, file }) => ({ group, file }),
};

/** The account that is logged in, which may be one that a merge took the typed name from. */
function describeLogin({ user: typed, token }: RequestOf<'login'>, state: State): Fields<'login'> {
  const opened = state.sessions.get(sessionOf(token));
  const user = opened === undefined ? typed : (state.users.get(opened.user)?.name ?? typed);
  return user === typed ? { user } : { user, renamedFrom: typed };
}

/** The file that was made, or the one that was there already. It may have been removed again meanwhile. */
function describeSharedFile(
  request: RequestOf<'share_file'>,
  state: State,
  id: RequestId,
): Fields<'share_file'> | Refusal {
  const made = state.files.get(id as string as FileId);
  const group = groupByName(state, request.group);
  const file = made ?? (group === undefined ? undefined : fileByName(state, group.id, request.file));
  if (file === undefined) return refusal('no_such_file', 'the file was removed while it was shared');
  return { group: file.group, file: file.sameAs ?? file.id, name: file.name };
}

export interface CarriedOut {
  readonly state: State;
  readonly requestId: RequestId;
  /** Undefined where nothing had to be changed. */
  readonly done: OperationKind | undefined;
  readonly replicated: boolean;
}

/**
 * The reply to `request`, which has been carried out. A device that uses a request id twice, for different commands, is
 * refused: what was done under that id is not what it asks for now.
 */
export function mutationReply(
  request: MutationRequest,
  { state, requestId, done, replicated }: CarriedOut,
): ReplyTo<MutationType> | Refusal {
  if (done !== undefined && done !== operationKinds[request.type]) {
    return refusal('bad_request', 'this counter was used for another request');
  }
  const describe = descriptions[request.type] as Describe<MutationType>;
  const fields = describe(request, state, requestId);
  if (isRefusal(fields)) return fields;
  return { type: `${request.type}.ok`, id: request.id, ...fields, replicated } as ReplyTo<MutationType>;
}
