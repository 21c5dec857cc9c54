/**
 * What an operation is about, for a person: by the names that things have now. Ids are long and say nothing, but for
 * those of devices, which their users see; hashes of passwords and of session tokens are nobody's business.
 */
import type { FileId, GroupId, OperationBody, UserId } from '@p2p/protocol';
import type { State } from '@p2p/state';

export type MainFields = Readonly<Record<string, string | number>>;

export function mainFieldsOf(body: OperationBody, state: State): MainFields {
  switch (body.kind) {
    case 'hello':
    case 'retire':
    case 'vacate':
      return { slot: body.slot };
    case 'create_user':
      return { ...renamed(body.name, userName(state, body.user)), user: body.name };
    case 'set_credential':
    case 'reset_credential':
      return { user: userName(state, body.user) };
    case 'open_session':
    case 'revoke_device':
      return { user: userName(state, body.user), device: body.device };
    case 'see_session':
    case 'close_session':
      return {};
    case 'create_group':
      return {
        ...renamed(body.name, groupName(state, body.group)),
        group: body.name,
        owner: userName(state, body.owner),
      };
    case 'delete_group':
      return { group: groupName(state, body.group) };
    case 'share_file':
      return {
        ...renamed(body.name, fileName(state, body.file)),
        group: groupName(state, body.group),
        file: body.name,
        bytes: body.bytes,
        root: body.root,
      };
    case 'remove_file':
      return { group: groupOfFile(state, body.file), file: fileName(state, body.file) };
    default:
      return { group: groupName(state, body.group), user: userName(state, body.user) };
  }
}

function renamed(asked: string, given: string): MainFields {
  return asked === given ? {} : { became: given };
}

function userName(state: State, id: UserId): string {
  return state.users.get(id)?.name ?? id;
}

function groupName(state: State, id: GroupId): string {
  return state.groups.get(id)?.name ?? id;
}

function fileName(state: State, id: FileId): string {
  return state.files.get(id)?.name ?? id;
}

function groupOfFile(state: State, id: FileId): string {
  const file = state.files.get(id);
  return file === undefined ? id : groupName(state, file.group);
}
