/** Rules of what is shared in a group. */
import { type FileId, MAX_PIECES, refusal } from '@p2p/protocol';
import { fileByName } from '../lookup.js';
import { idFrom } from './accounts.js';
import { asMember, isRefusal } from './standing.js';
import { type UserRule, unchanged } from './verdict.js';

export const decideShareFile: UserRule<'share_file'> = (state, command, { user, context }) => {
  const group = asMember(state, command.group, user);
  if (isRefusal(group)) return group;
  const { file: name, bytes, pieceLength, root } = command;
  if (bytes > MAX_PIECES * pieceLength) return refusal('bad_request', `a file has at most ${MAX_PIECES} pieces`);
  const there = fileByName(state, group.id, name);
  if (there === undefined) {
    const file = idFrom<FileId>(context.requestId);
    return { kind: 'share_file', file, group: group.id, name, by: user, bytes, pieceLength, root };
  }
  if (there.root === root && there.bytes === bytes) return unchanged;
  return refusal('already_exists', `"${group.name}" has another file named "${name}" – use --as to give another name`);
};

export const decideRemoveFile: UserRule<'remove_file'> = (state, command, { user }) => {
  const group = asMember(state, command.group, user);
  if (isRefusal(group)) return group;
  const file = fileByName(state, group.id, command.file);
  if (file === undefined) return refusal('no_such_file', `"${group.name}" has no file "${command.file}"`);
  if (file.by !== user && !state.members.get(group.id, user)?.owner) {
    return refusal('not_an_owner', 'only its uploader or an owner of the group may remove a file');
  }
  return { kind: 'remove_file', file: file.id };
};
