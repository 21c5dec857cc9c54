/** `remove_member`: an owner puts a member out of the group. */
import { replicationNote, sentence } from '../human-output.js';
import { command } from './command.js';

export const removeMember = command({
  name: 'remove_member',
  summary: 'put a member out of the group (owners)',
  required: ['group', 'user'],
  run: ({ peer }, { group, user }) => peer.removeMember(group, user),
  text: (result) => sentence`${result.user} is no longer a member of ${result.group}` + replicationNote(result),
});
