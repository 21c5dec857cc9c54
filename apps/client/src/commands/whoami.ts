/** `whoami`: the user of the session, and the tracker in use. */
import { sentence } from '../human-output.js';
import { command } from './command.js';

export const whoami = command({
  name: 'whoami',
  summary: 'say who is logged in, and at which tracker',
  run: ({ peer }) => peer.whoami(),
  text: ({ user, tracker }) => sentence`${user}, at tracker ${tracker}`,
});
