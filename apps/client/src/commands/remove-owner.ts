/** `remove_owner`: an owner becomes a plain member again. */
import { replicationNote, sentence } from '../human-output.js';
import { command } from './command.js';

export const removeOwner = command({
  name: 'remove_owner',
  summary: 'make an owner a plain member again (owners)',
  required: ['group', 'user'],
  run: ({ peer }, { group, user }) => peer.removeOwner(group, user),
  text: (result) => sentence`${result.user} is no longer an owner of ${result.group}` + replicationNote(result),
});
