/** `reject_request`: an owner turns away somebody who has asked. */
import { replicationNote, sentence } from '../human-output.js';
import { command } from './command.js';

export const rejectRequest = command({
  name: 'reject_request',
  summary: 'turn somebody away who asked to join (owners)',
  required: ['group', 'user'],
  run: ({ peer }, { group, user }) => peer.rejectRequest(group, user),
  text: (result) => sentence`${result.user} was turned away from ${result.group}` + replicationNote(result),
});
