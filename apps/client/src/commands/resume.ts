/** `resume`: a download that was paused, or has failed, goes on. */
import { sentence } from '../human-output.js';
import { command } from './command.js';

export const resume = command({
  name: 'resume',
  summary: 'let a download go on that is paused or has failed',
  required: ['group', 'file'],
  run: ({ peer }, { group, file }) => peer.resumeDownload(group, file),
  text: ({ file, state }) =>
    state === 'queued' ? sentence`${file} goes on when it is its turn` : sentence`${file} goes on`,
});
