/** `join_group`: asks; an owner accepts or rejects. */
import { replicationNote, sentence } from '../human-output.js';
import { command } from './command.js';

export const joinGroup = command({
  name: 'join_group',
  summary: 'ask to be let into a group',
  required: ['group'],
  run: ({ peer }, { group }) => peer.joinGroup(group),
  text: (result) => sentence`asked to join ${result.group}; an owner has to accept` + replicationNote(result),
});
