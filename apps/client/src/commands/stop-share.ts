/** `stop_share`: this client no longer serves the file; it stays in the group for the others. */
import { sentence } from '../human-output.js';
import { command } from './command.js';

export const stopShare = command({
  name: 'stop_share',
  summary: 'stop sharing a file from here; it stays in the group',
  required: ['group', 'file'],
  run: ({ peer }, { group, file }) => peer.stopShare(group, file),
  text: ({ group, file }) => sentence`no longer sharing ${file} in ${group}`,
});
