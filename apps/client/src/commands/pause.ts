/** `pause`: a download rests until it is told to go on. */
import { sentence } from '../human-output.js';
import { command } from './command.js';

export const pause = command({
  name: 'pause',
  summary: 'let a download rest',
  required: ['group', 'file'],
  run: ({ peer }, { group, file }) => peer.pauseDownload(group, file),
  text: ({ file }) => sentence`${file} is paused – to go on: resume`,
});
