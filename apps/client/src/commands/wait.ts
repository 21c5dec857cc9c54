/** `wait`: until no download is queued or downloading, or time is up. */
import { refusal } from '@p2p/protocol';
import { MAX_WAIT_SECONDS } from '../limits.js';
import { parseSeconds } from '../numbers.js';
import { command } from './command.js';

export const wait = command({
  name: 'wait',
  summary: 'wait for the downloads',
  optional: ['seconds'],
  run({ peer }, { seconds }) {
    if (seconds === undefined) return peer.wait();
    const parsed = parseSeconds(seconds);
    if (parsed === undefined)
      return refusal('bad_request', `"${seconds}" is not a number of seconds – usage: wait [seconds]`);
    return peer.wait(Math.min(parsed, MAX_WAIT_SECONDS));
  },
  text: ({ complete, failed }) => `${complete} complete, ${failed} failed`,
});
