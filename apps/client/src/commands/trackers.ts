/** `trackers`: what each tracker says about itself, asked one by one. */
import type { TrackerRow } from '@p2p/peer';
import { table } from '../human-output.js';
import { command } from './command.js';

/** As much of a digest as shows at a glance whether two are the same. Hex digits. */
const SHOWN_DIGEST_DIGITS = 12;

export const trackers = command({
  name: 'trackers',
  summary: 'ask each tracker how it is',
  run: ({ peer }) => peer.trackers(),
  text: (result) =>
    table(
      ['', 'ADDRESS', 'STATE', 'LINKED', 'OPERATIONS', 'DIGEST'],
      result.trackers.map(cells),
      'there is no tracker',
    ),
});

function cells(row: TrackerRow): string[] {
  const state = row.current ? 'in use' : row.reachable ? 'reachable' : 'away';
  const operations = row.operations === null ? '' : String(row.operations);
  const digest = row.digest?.slice(0, SHOWN_DIGEST_DIGITS) ?? '';
  return [String(row.number), row.address, state, row.linked.join(', '), operations, digest];
}
