/** `list_files`: what the group shares, and how many devices online have the whole of it. */
import { formatBytes, table } from '../human-output.js';
import { command } from './command.js';

export const listFiles = command({
  name: 'list_files',
  summary: 'the files of a group (members)',
  required: ['group'],
  run: ({ peer }, { group }) => peer.listFiles(group),
  text: ({ files }) =>
    table(
      ['FILE', 'SIZE', 'SHARERS', 'BY'],
      files.map(({ file, bytes, sharers, by }) => [file, formatBytes(bytes), String(sharers), by]),
      'nothing is shared in this group yet – use: upload_file <path> <group>',
    ),
});
