/** `list_members`: who is in the group, and who of them is there now. */
import { table } from '../human-output.js';
import { command } from './command.js';

export const listMembers = command({
  name: 'list_members',
  summary: 'who is in the group (members)',
  required: ['group'],
  run: ({ peer }, { group }) => peer.listMembers(group),
  text: ({ members }) =>
    table(
      ['USER', 'ROLE', 'ONLINE'],
      members.map(({ user, owner, online }) => [user, owner ? 'owner' : 'member', online ? 'yes' : '']),
      'nobody is in this group',
    ),
});
