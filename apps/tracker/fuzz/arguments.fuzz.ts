/** The words that a tracker is started with. */
import { type Dice, hold, notableText, type Target } from '@p2p/fuzzing';
import { parseArguments } from '../src/arguments.js';

const place = { directory: '/srv/here', home: '/home/ann' };
const words = [
  'tracker_info.txt',
  '1',
  '2',
  '17',
  'retire',
  'audit',
  'fingerprint',
  '--data-dir',
  '--log-level',
  'debug',
  '--tracker',
  '--json',
  '--metrics',
  '--help',
  '--version',
  '--',
  './a',
];

/** As an operator types them. */
const started: readonly (readonly string[])[] = [
  ['tracker_info.txt', '1'],
  ['--', 'tracker_info.txt', '2', '--data-dir', '~/d', '--log-level', 'debug'],
  ['retire', '2'],
  ['retire', '2', './tracker_info.txt', '--tracker', '1'],
  ['audit', '.p2p/tracker-1', '--json'],
  ['--help'],
];

const trackerArguments: Target = {
  name: 'tracker-arguments',
  kind: 'decoder',
  executions: 200_000,
  maxBytes: 10_000,
  generate: (dice: Dice) => {
    const more = Array.from({ length: dice.chance(0.5) ? 0 : dice.below(4) }, () =>
      dice.chance(0.9) ? dice.pick(words) : notableText(dice, 3),
    );
    const chosen = [...(dice.chance(0.8) ? dice.pick(started) : []), ...more];
    return new Uint8Array(Buffer.from(chosen.join('\0')));
  },
  run: (input) => {
    const parsed = parseArguments(Buffer.from(input).toString().split('\0'), place);
    if (parsed.kind === 'error') hold(parsed.message !== '', 'what is wrong is said');
    if (parsed.kind !== 'run') return false;
    const given = Object.entries(parsed.arguments);
    const paths = given.filter(([name]) => ['trackerInfo', 'dataDirectory', 'directory'].includes(name));
    hold(
      paths.every(([, path]) => path === undefined || String(path).startsWith('/')),
      'paths are absolute',
    );
    return true;
  },
};

export const targets: readonly Target[] = [trackerArguments];
