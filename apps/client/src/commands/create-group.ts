/** `create_group`: the creator owns it. */
import { replicationNote, sentence } from '../human-output.js';
import { command } from './command.js';

export const createGroup = command({
  name: 'create_group',
  summary: 'make a group, which you then own',
  required: ['group'],
  run: ({ peer }, { group }) => peer.createGroup(group),
  text: (result) => sentence`group ${result.group} made; it is yours` + replicationNote(result),
});
