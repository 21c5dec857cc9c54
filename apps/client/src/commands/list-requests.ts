/** `list_requests`: who waits to be let into the group. */
import { table } from '../human-output.js';
import { command } from './command.js';

export const listRequests = command({
  name: 'list_requests',
  summary: 'who asked to join the group (owners)',
  required: ['group'],
  run: ({ peer }, { group }) => peer.listRequests(group),
  text: ({ requests }) =>
    table(
      ['USER'],
      requests.map(({ user }) => [user]),
      'nobody has asked to join',
    ),
});
