/** `limit`: how fast this client may be, or one of its files, and how many downloads run at a time. */
import type { Answer, LimitDirection, Peer, RateLimitsRow } from '@p2p/peer';
import { refusal } from '@p2p/protocol';
import { formatLimit, sentence } from '../human-output.js';
import { parseByteCount, parseCount } from '../numbers.js';
import { command } from './command.js';

const WHAT = 'up|down|running';

type Limits = RateLimitsRow | ({ readonly group: string; readonly file: string } & RateLimitsRow) | { running: number };

interface Given {
  readonly [WHAT]: string;
  readonly limit: string;
  readonly group?: string;
  readonly file?: string;
}

export const limit = command({
  name: 'limit',
  summary: 'bytes per second (500k, 2M; 0: any) of all or of a file; or downloads at a time',
  required: [WHAT, 'limit'],
  optional: ['group', 'file'],
  run({ peer }, given): Answer<Limits> | Promise<Answer<Limits>> {
    const what = given[WHAT];
    if (what === 'up' || what === 'down') return limitRate(peer, what, given);
    if (what === 'running') return limitRunning(peer, given);
    return refusal('bad_request', `"${what}" is none of up, down and running – usage: ${limit.usage}`);
  },
  text(limits) {
    if ('running' in limits) return `at most ${limits.running} downloads run at a time`;
    const subject = 'file' in limits ? sentence`${limits.file} – ` : '';
    return `${subject}up: ${formatLimit(limits.up)}, down: ${formatLimit(limits.down)}`;
  },
});

function limitRate(peer: Peer, direction: LimitDirection, given: Given): Answer<Limits> | Promise<Answer<Limits>> {
  const { group, file } = given;
  const bytesPerSecond = parseByteCount(given.limit);
  if (bytesPerSecond === undefined) return refusal('bad_request', `"${given.limit}" is not a number of bytes`);
  if (group === undefined) return peer.limit(direction, bytesPerSecond);
  if (file === undefined) return refusal('bad_request', `[file] is missing – usage: ${limit.usage}`);
  return peer.limitFile(direction, bytesPerSecond, { group, file });
}

function limitRunning(peer: Peer, given: Given): Answer<Limits> {
  if (given.group !== undefined) return refusal('bad_request', `too many arguments – usage: ${limit.usage}`);
  const downloads = parseCount(given.limit);
  if (downloads === undefined) return refusal('bad_request', `"${given.limit}" is not a number of downloads`);
  return peer.limitRunning(downloads);
}
