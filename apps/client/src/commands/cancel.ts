/** `cancel`: a download ends without its file. */
import { sentence } from '../human-output.js';
import { command } from './command.js';

export const cancel = command({
  name: 'cancel',
  summary: 'end a download without its file',
  required: ['group', 'file'],
  run: ({ peer }, { group, file }) => peer.cancelDownload(group, file),
  text: ({ file }) => sentence`${file} is cancelled`,
});
