/** `delete_group`: an owner ends the group for all. */
import { replicationNote, sentence } from '../human-output.js';
import { command } from './command.js';

export const deleteGroup = command({
  name: 'delete_group',
  summary: 'end a group (owners)',
  required: ['group'],
  run: ({ peer }, { group }) => peer.deleteGroup(group),
  text: (result) => sentence`group ${result.group} is no more` + replicationNote(result),
});
