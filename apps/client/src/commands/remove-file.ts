/** `remove_file`: the uploader or an owner takes a file out of the group; copies that people have stay theirs. */
import { replicationNote, sentence } from '../human-output.js';
import { command } from './command.js';

export const removeFile = command({
  name: 'remove_file',
  summary: 'take a file out of the group (its uploader, owners)',
  required: ['group', 'file'],
  run: ({ peer }, { group, file }) => peer.removeFile(group, file),
  text: (result) => sentence`${result.file} is no longer in ${result.group}` + replicationNote(result),
});
