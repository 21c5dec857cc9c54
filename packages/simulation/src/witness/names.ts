/** What things are called. */
import type { FileId, GroupId, RequestId, UserId } from '@p2p/protocol';
import type { State } from '@p2p/state';

/** The name of what a request has made: an entity has the id of its request. */
export function nameOf(state: State, requestId: RequestId): string | undefined {
  const { users, groups, files } = state;
  const id: string = requestId;
  return (users.get(id as UserId) ?? groups.get(id as GroupId) ?? files.get(id as FileId))?.name;
}

/** Without the suffixes that a merge may add: `ann~2` is `ann`, `a~2.mkv` is `a.mkv`. */
export function withoutSuffix(name: string): string {
  return name.replaceAll(/~\d+/g, '');
}
