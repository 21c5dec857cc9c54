/** `change_password`: ends the sessions of this user that the old password opened elsewhere. */
import { replicationNote } from '../human-output.js';
import { command } from './command.js';

export const changePassword = command({
  name: 'change_password',
  summary: 'set another password',
  required: ['old', 'new'],
  secrets: ['old', 'new'],
  run: ({ peer }, words) => peer.changePassword(words.old, words.new),
  text: (result) => `password changed${replicationNote(result)}`,
});
