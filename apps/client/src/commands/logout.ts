/** `logout`: ends the session; nothing is shared until the next log-in. */
import { replicationNote } from '../human-output.js';
import { command } from './command.js';

export const logout = command({
  name: 'logout',
  summary: 'log out; nothing is shared until the next log-in',
  run: ({ peer }) => peer.logout(),
  text: (result) => `logged out${replicationNote(result)}`,
});
