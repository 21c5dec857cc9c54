/** `add_owner`: an owner makes a member an owner too. */
import { replicationNote, sentence } from '../human-output.js';
import { command } from './command.js';

export const addOwner = command({
  name: 'add_owner',
  summary: 'make a member an owner too (owners)',
  required: ['group', 'user'],
  run: ({ peer }, { group, user }) => peer.addOwner(group, user),
  text: (result) => sentence`${result.user} is now an owner of ${result.group}` + replicationNote(result),
});
