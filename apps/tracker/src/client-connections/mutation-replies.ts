/** What a client is told of a change that succeeded: with the names as they are, which may differ from those asked for. */
import {
  type MutationRequest,
  type Operation,
  type OperationKind,
  type Refusal,
  type ReplyTo,
  type RequestOf,
  refusal,
} from '@p2p/protocol';
import { fileByName, groupByName, isRefusal, type State } from '@p2p/state';

type MutationType = MutationRequest['type'];
/** A reply without what every reply has. */
type Fields<T extends MutationType> = Omit<ReplyTo<T>, 'type' | 'id' | 'replicated'>;
/** `operation` is undefined where nothing had to be changed. */
type Describe<T extends MutationType> = (
  request: RequestOf<T>,
  state: State,
  operation: Operation | undefined,
) => Fields<T> | Refusal;

/** What each request becomes. */
const operationKinds: { readonly [T in MutationType]: OperationKind } = {
  create_user: 'create_user',
  login: 'open_session',
  logout: 'close_session',
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
  create_user: (request, state, operation) => {
    const made = operation?.body.kind === 'create_user' ? state.users.get(operation.body.user) : undefined;
    return { user: made?.name ?? request.user };
  },
  login: (request, state, operation) => {
    const opened = operation?.body.kind === 'open_session' ? state.users.get(operation.body.user) : undefined;
    return { user: opened?.name ?? request.user };
  },
  logout: nothing,
  change_password: nothing,
  create_group: (request, state, operation) => {
    const made = operation?.body.kind === 'create_group' ? state.groups.get(operation.body.group) : undefined;
    return { group: made?.name ?? request.group };
  },
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

/** The file that was made, or the one that was there already. It may have been removed again meanwhile. */
function describeSharedFile(
  request: RequestOf<'share_file'>,
  state: State,
  operation: Operation | undefined,
): Fields<'share_file'> | Refusal {
  const made = operation?.body.kind === 'share_file' ? state.files.get(operation.body.file) : undefined;
  const group = groupByName(state, request.group);
  const file = made ?? (group === undefined ? undefined : fileByName(state, group.id, request.file));
  if (file === undefined) return refusal('no_such_file', 'the file was removed while it was shared');
  return { group: file.group, file: file.sameAs ?? file.id, name: file.name };
}

/**
 * The reply to `request`, its operation carried out. A device that uses a request id twice, for different commands, is
 * refused: the operation under that id is not what it asks for now.
 */
export function mutationReply(
  request: MutationRequest,
  outcome: { readonly state: State; readonly operation: Operation | undefined; readonly replicated: boolean },
): ReplyTo<MutationType> | Refusal {
  const { state, operation, replicated } = outcome;
  if (operation !== undefined && operation.body.kind !== operationKinds[request.type]) {
    return refusal('bad_request', 'this counter was used for another request');
  }
  const describe = descriptions[request.type] as Describe<MutationType>;
  const fields = describe(request, state, operation);
  if (isRefusal(fields)) return fields;
  return { type: `${request.type}.ok`, id: request.id, ...fields, replicated } as ReplyTo<MutationType>;
}
