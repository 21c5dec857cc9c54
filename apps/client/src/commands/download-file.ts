/** `download_file`: fetches a file in the background. */
import { absolutePath } from '@p2p/command-line';
import { refusal } from '@p2p/protocol';
import { formatBytes, sentence } from '../human-output.js';
import { command } from './command.js';

export const downloadFile = command({
  name: 'download_file',
  summary: 'fetch a file; it goes on in the background',
  required: ['group', 'file', 'destination'],
  run({ peer, place }, { group, file, destination }) {
    if (destination === '') return refusal('bad_request', 'the destination is empty');
    return peer.downloadFile(group, file, absolutePath(place, destination));
  },
  text: ({ file, bytes, path }) =>
    sentence`fetching ${file} (${formatBytes(bytes)}) to ${path} – to see how far it is: show_downloads`,
});
