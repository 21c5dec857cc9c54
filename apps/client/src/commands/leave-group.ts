/** `leave_group`: the last one who leaves ends the group. */
import { replicationNote, sentence } from '../human-output.js';
import { command } from './command.js';

export const leaveGroup = command({
  name: 'leave_group',
  summary: 'leave a group',
  required: ['group'],
  run: ({ peer }, { group }) => peer.leaveGroup(group),
  text: (result) => sentence`left ${result.group}` + replicationNote(result),
});
