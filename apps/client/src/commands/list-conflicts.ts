/** `list_conflicts`: what got another name, because two trackers gave the same one away while they were cut apart. */
import type { ConflictRow } from '@p2p/peer';
import { table } from '../human-output.js';
import { command } from './command.js';

export const listConflicts = command({
  name: 'list_conflicts',
  summary: 'what was renamed because its name was taken on another tracker',
  run: ({ peer }) => peer.listConflicts(),
  text: ({ conflicts }) =>
    table(['KIND', 'GROUP', 'FROM', 'TO', 'AT'], conflicts.map(cells), 'nothing had to be renamed'),
});

function cells({ kind, group = '', from, to, at }: ConflictRow): string[] {
  return [kind, group, from, to, at];
}
