/** `create_user`: a new account; needs no log-in and does not log in. */
import { replicationNote, sentence } from '../human-output.js';
import { command } from './command.js';

export const createUser = command({
  name: 'create_user',
  summary: 'make an account (this does not log in)',
  required: ['user', 'password'],
  secrets: ['password'],
  run: ({ peer }, { user, password }) => peer.createUser(user, password),
  text: (result) => sentence`account ${result.user} made` + replicationNote(result),
});
