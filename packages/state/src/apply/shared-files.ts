/** Files that groups share: only what they are called and what their content is. Bytes never come here. */
import type { Operation, OperationBody } from '@p2p/protocol';
import { fileByName, resolveFile } from '../lookup.js';
import type { State } from '../state.js';
import { chooseName, recordConflict } from './naming.js';
import { done, type Outcome, rejected } from './outcome.js';

type Body<K extends OperationBody['kind']> = Extract<OperationBody, { kind: K }>;

/** The same content under the same name, taken by two trackers at once, becomes one file with two ids. */
export function shareFile(state: State, body: Body<'share_file'>, { mode, stamp }: Operation): Outcome {
  if (state.files.has(body.file)) return done;
  const group = state.groups.get(body.group);
  if (group === undefined || group.ended) {
    if (mode === 'reject') return rejected('no_such_group');
    if (group?.ended) return done;
  }
  const { kind: _, file: id, name, ...rest } = body;
  const twin = fileByName(state, body.group, name);
  if (twin !== undefined && twin.root === body.root && twin.bytes === body.bytes) {
    state.files.set(twin.id, { ...twin, aliases: [...twin.aliases, id] });
    state.files.set(id, { ...rest, id, name, removed: false, sameAs: twin.id, aliases: [] });
    return done;
  }
  const naming = chooseName({ kind: 'file', name, mode }, (taken) => state.fileNames.has(body.group, taken));
  if (naming === undefined) return rejected('already_exists');
  state.files.set(id, { ...rest, id, ...naming, removed: false, aliases: [] });
  state.fileNames.set(body.group, naming.name, id);
  recordConflict(state, naming, { kind: 'file', id, at: stamp, group: body.group });
  return done;
}

export function removeFile(state: State, body: Body<'remove_file'>, { mode }: Operation): Outcome {
  const file = resolveFile(state, body.file);
  if (file === undefined || file.removed) return mode === 'reject' ? rejected('no_such_file') : done;
  state.files.set(file.id, { ...file, removed: true });
  state.fileNames.delete(file.group, file.name);
  state.conflicts.delete(file.id);
  return done;
}
