/** `limit`: how fast this client may be. */
import { refusal } from '@p2p/protocol';
import { formatLimit } from '../human-output.js';
import { parseByteCount } from '../numbers.js';
import { command } from './command.js';

export const limit = command({
  name: 'limit',
  summary: 'bytes per second, like 500k or 2M, 0 for no limit; until this client ends',
  required: ['up|down', 'rate'],
  run({ peer }, { 'up|down': direction, rate }) {
    if (direction !== 'up' && direction !== 'down') {
      return refusal('bad_request', `"${direction}" is neither up nor down – usage: limit <up|down> <rate>`);
    }
    const bytesPerSecond = parseByteCount(rate);
    if (bytesPerSecond === undefined) return refusal('bad_request', `"${rate}" is not a number of bytes per second`);
    return peer.limit(direction, bytesPerSecond);
  },
  text: ({ up, down }) => `up: ${formatLimit(up)}, down: ${formatLimit(down)}`,
});
