import { expect, it } from 'vitest';
import { parseArguments } from '../src/arguments.js';

const place = { directory: '/here', home: '/home/ann' };
const parse = (...words: string[]) => parseArguments(words, place);

const anyTracker = { trackerInfo: undefined, tracker: undefined, dataDirectory: undefined };

it.each([
  [
    'tracker_info.txt 2',
    { command: 'serve', trackerInfo: '/here/tracker_info.txt', number: 2, dataDirectory: undefined, logLevel: 'info' },
  ],
  [
    '-- ~/t.txt 1 --data-dir d --log-level debug',
    { command: 'serve', trackerInfo: '/home/ann/t.txt', number: 1, dataDirectory: '/here/d', logLevel: 'debug' },
  ],
  ['retire 2', { command: 'retire', slot: 2, ...anyTracker }],
  ['-- retire 2', { command: 'retire', slot: 2, ...anyTracker }],
  ['--tracker 1 retire 2', { command: 'retire', slot: 2, ...anyTracker, tracker: 1 }],
  [
    'retire 3 a/info.txt --tracker 1 --data-dir /data',
    { command: 'retire', slot: 3, trackerInfo: '/here/a/info.txt', tracker: 1, dataDirectory: '/data' },
  ],
  ['fingerprint', { command: 'fingerprint', ...anyTracker }],
  [
    'fingerprint ~/t.txt --tracker 2',
    { command: 'fingerprint', ...anyTracker, trackerInfo: '/home/ann/t.txt', tracker: 2 },
  ],
  ['rotate-key', { command: 'rotate-key', ...anyTracker }],
  [
    '-- rotate-key info.txt --tracker 1 --data-dir d',
    { command: 'rotate-key', trackerInfo: '/here/info.txt', tracker: 1, dataDirectory: '/here/d' },
  ],
  ['reset-password ann~2', { command: 'reset-password', user: 'ann~2', ...anyTracker }],
  ['reset-password e\u0301va', { command: 'reset-password', user: '\u00e9va', ...anyTracker }],
  [
    'reset-password ann info.txt --tracker 2 --data-dir d',
    { command: 'reset-password', user: 'ann', trackerInfo: '/here/info.txt', tracker: 2, dataDirectory: '/here/d' },
  ],
  ['audit .p2p/tracker-1', { command: 'audit', directory: '/here/.p2p/tracker-1', json: false }],
  ['audit --json backup', { command: 'audit', directory: '/here/backup', json: true }],
])('%s', (line, expected) => {
  expect(parse(...line.split(' '))).toEqual({ kind: 'run', arguments: expected });
});

it.each([
  ['retire', 'usage: tracker retire'],
  ['retire two', 'number of a tracker'],
  ['retire 0', 'number of a tracker'],
  ['retire 2 a.txt b.txt', 'too many'],
  ['retire 2 --log-level debug', '--log-level means nothing here – usage: tracker retire'],
  ['retire 2 --tracker x', 'number of a tracker'],
  ['retire 2 --data-dir=', 'empty'],
  ['fingerprint a.txt b.txt', 'too many'],
  ['fingerprint --json', '--json means nothing here – usage: tracker fingerprint'],
  ['rotate-key 2.5 a', 'too many'],
  ['rotate-key --tracker 0', 'number of a tracker'],
  ['rotate', 'no subcommand "rotate"'],
  ['reset-password', 'usage: tracker reset-password'],
  ['reset-password a/b', 'cannot hold any of'],
  ['reset-password ann info.txt a-password', 'too many'],
  ['reset-password ann --json', '--json means nothing here – usage: tracker reset-password'],
  ['audit', 'usage: tracker audit'],
  ['audit a b', 'too many'],
  ['audit a --tracker 1', '--tracker means nothing here'],
  ['tracker_info.txt 1 --json', '--json means nothing here – usage: tracker <tracker_info.txt>'],
  ['tracker_info.txt 1 --tracker 1', '--tracker means nothing here'],
  ['retired 2', 'no subcommand "retired"'],
  ['constructor', 'no subcommand "constructor"'],
])('%s is refused in one line', (line, said) => {
  const parsed = parse(...line.split(' '));
  expect(parsed).toMatchObject({ kind: 'error', message: expect.stringContaining(said) });
  expect(parsed.kind === 'error' && parsed.message).not.toContain('\n');
});

it.each([
  ['--help', 'help'],
  ['retire -h', 'help'],
  ['audit --version', 'version'],
])('%s', (line, kind) => {
  expect(parse(...line.split(' '))).toEqual({ kind });
});
