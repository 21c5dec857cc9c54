/** `login`: a session for this user on this device. */
import { replicationNote, sentence } from '../human-output.js';
import { command } from './command.js';

export const login = command({
  name: 'login',
  summary: 'log in',
  required: ['user', 'password'],
  secrets: ['password'],
  run: ({ peer }, { user, password }) => peer.login(user, password),
  text(result) {
    const renamed =
      result.renamedFrom === undefined
        ? ''
        : sentence` (${result.renamedFrom} was taken on another tracker; this account is now called ${result.user})`;
    return sentence`logged in as ${result.user} at tracker ${result.tracker}` + renamed + replicationNote(result);
  },
});
