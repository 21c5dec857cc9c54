/** `upload_file`: shares a file from where it lies; only its description goes to the tracker. */
import { absolutePath } from '@p2p/command-line';
import { refusal } from '@p2p/protocol';
import { formatBytes, replicationNote, sentence } from '../human-output.js';
import { command } from './command.js';

export const uploadFile = command({
  name: 'upload_file',
  summary: 'share a file with a group',
  required: ['path', 'group'],
  options: { as: 'NAME', verify: true },
  run({ peer, place }, { path, group, as, verify }) {
    if (path === '') return refusal('bad_request', 'the path is empty');
    return peer.uploadFile(absolutePath(place, path), group, { name: as, verify: verify !== undefined });
  },
  text: (result) =>
    sentence`sharing ${result.file} (${formatBytes(result.bytes)}) in ${result.group}, root ${result.root}` +
    replicationNote(result),
});
