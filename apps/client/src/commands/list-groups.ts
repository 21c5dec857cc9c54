/** `list_groups`: every group there is, whether one is in it or not. */
import type { GroupRow } from '@p2p/peer';
import { table } from '../human-output.js';
import { command } from './command.js';

export const listGroups = command({
  name: 'list_groups',
  summary: 'all groups',
  run: ({ peer }) => peer.listGroups(),
  text: ({ groups }) =>
    table(
      ['GROUP', 'MEMBERS', 'OWNERS', 'YOU'],
      groups.map((row) => [row.group, String(row.members), row.owners.join(', '), standing(row)]),
      'there is no group yet – use: create_group <group>',
    ),
});

function standing({ member, requested }: GroupRow): string {
  if (member) return 'member';
  return requested ? 'asked' : '';
}
