/** Groups: how they begin and end. */
import type { GroupId, Operation, OperationBody } from '@p2p/protocol';
import type { State } from '../state.js';
import { chooseName, recordConflict } from './naming.js';
import { done, type Outcome, rejected } from './outcome.js';

type Body<K extends OperationBody['kind']> = Extract<OperationBody, { kind: K }>;

export function createGroup(state: State, body: Body<'create_group'>, { mode, stamp }: Operation): Outcome {
  if (state.groups.has(body.group)) return done;
  const naming = chooseName({ kind: 'group', name: body.name, mode }, (name) => state.groupNames.has(name));
  if (naming === undefined) return rejected('already_exists');
  state.groups.set(body.group, { id: body.group, ...naming, ended: false });
  state.groupNames.set(naming.name, body.group);
  recordConflict(state, naming, { kind: 'group', id: body.group, at: stamp });
  state.requests.delete(body.group, body.owner);
  state.members.set(body.group, body.owner, { owner: true, since: stamp });
  return done;
}

export function deleteGroup(state: State, body: Body<'delete_group'>, { mode }: Operation): Outcome {
  const group = state.groups.get(body.group);
  if (group === undefined || group.ended) return mode === 'reject' ? rejected('no_such_group') : done;
  endGroup(state, group.id);
  return done;
}

/** Marks the group as ended and removes all that was in it; its name is free again. */
export function endGroup(state: State, id: GroupId): void {
  const group = state.groups.get(id);
  if (group === undefined || group.ended) return;
  state.groups.set(id, { ...group, ended: true });
  state.groupNames.delete(group.name);
  state.conflicts.delete(id);
  state.members.clear(id);
  state.requests.clear(id);
  for (const [, fileId] of [...state.fileNames.of(id).entries()]) {
    const file = state.files.get(fileId);
    if (file !== undefined) state.files.set(fileId, { ...file, removed: true });
    state.conflicts.delete(fileId);
  }
  state.fileNames.clear(id);
}
