/** `accept_request`: an owner lets in somebody who has asked. */
import { replicationNote, sentence } from '../human-output.js';
import { command } from './command.js';

export const acceptRequest = command({
  name: 'accept_request',
  summary: 'let somebody into the group (owners)',
  required: ['group', 'user'],
  run: ({ peer }, { group, user }) => peer.acceptRequest(group, user),
  text: (result) => sentence`${result.user} is now a member of ${result.group}` + replicationNote(result),
});
