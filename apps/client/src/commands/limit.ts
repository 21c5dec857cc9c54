/** `limit`: how fast this client may be, and how many downloads run at a time. */
import type { Answer, Peer, RateLimitsRow } from '@p2p/peer';
import { refusal } from '@p2p/protocol';
import { formatLimit } from '../human-output.js';
import { parseByteCount, parseCount } from '../numbers.js';
import { command } from './command.js';

const WHAT = 'up|down|running';

type Limits = RateLimitsRow | { readonly running: number };

export const limit = command({
  name: 'limit',
  summary: 'bytes per second (500k, 2M; 0: any), or downloads at a time; until quit',
  required: [WHAT, 'limit'],
  run({ peer }, { [WHAT]: what, limit: typed }): Answer<Limits> {
    if (what === 'running') return limitRunning(peer, typed);
    if (what !== 'up' && what !== 'down') {
      return refusal('bad_request', `"${what}" is none of up, down and running – usage: ${limit.usage}`);
    }
    const bytesPerSecond = parseByteCount(typed);
    if (bytesPerSecond === undefined) return refusal('bad_request', `"${typed}" is not a number of bytes`);
    return peer.limit(what, bytesPerSecond);
  },
  text(limits) {
    if ('running' in limits) return `at most ${limits.running} downloads run at a time`;
    return `up: ${formatLimit(limits.up)}, down: ${formatLimit(limits.down)}`;
  },
});

function limitRunning(peer: Peer, typed: string): Answer<Limits> {
  const downloads = parseCount(typed);
  if (downloads === undefined) return refusal('bad_request', `"${typed}" is not a number of downloads`);
  return peer.limitRunning(downloads);
}
