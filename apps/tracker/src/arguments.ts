/** The words that a tracker was started with, as options or as what is wrong with them. Reads no file. */
import { absolutePath, BadArgument, type ParsedArguments, type Place, parsedBy, splitOptions } from '@p2p/command-line';
import { type LogLevel, logLevels } from './log.js';
import { usageLine } from './usage.js';

export interface TrackerArguments {
  /** Absolute path. */
  readonly trackerInfo: string;
  /** Which line of the file this tracker is, from 1. */
  readonly number: number;
  /** Absolute path; undefined: beside tracker_info.txt. */
  readonly dataDirectory: string | undefined;
  readonly logLevel: LogLevel;
}

const options = {
  'data-dir': { type: 'string' },
  'log-level': { type: 'string' },
  metrics: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** Reads the words after the program's name. */
export function parseArguments(argv: readonly string[], place: Place): ParsedArguments<TrackerArguments> {
  return parsedBy(() => readArguments(argv, place));
}

function readArguments(argv: readonly string[], place: Place): ParsedArguments<TrackerArguments> {
  const { values, positionals } = splitOptions(argv, options, usageLine);
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  if (values.metrics !== undefined) throw new BadArgument('--metrics is not available in this version');
  const [trackerInfo, number, extra] = positionals;
  if (trackerInfo === undefined)
    throw new BadArgument(`which tracker_info.txt, and which of its trackers is this? – ${usageLine}`);
  if (!/[:./]/.test(trackerInfo)) throw new BadArgument(`there is no subcommand "${trackerInfo}"`);
  if (extra !== undefined) throw new BadArgument(`"${extra}" is one argument too many`);
  const directory = values['data-dir'];
  if (directory === '') throw new BadArgument('--data-dir: the path is empty');
  return {
    kind: 'run',
    arguments: {
      trackerInfo: absolutePath(place, trackerInfo),
      number: trackerNumber(number),
      dataDirectory: directory === undefined ? undefined : absolutePath(place, directory),
      logLevel: logLevel(values['log-level']),
    },
  };
}

function trackerNumber(word: string | undefined): number {
  if (word === undefined)
    throw new BadArgument(`which line of tracker_info.txt is this tracker? give its number – ${usageLine}`);
  if (!/^[1-9][0-9]{0,2}$/.test(word)) throw new BadArgument(`"${word}" is not the number of a tracker`);
  return Number(word);
}

function logLevel(word: string | undefined): LogLevel {
  const level = logLevels.find((known) => known === (word ?? 'info'));
  if (level === undefined) throw new BadArgument(`--log-level is one of ${logLevels.join(', ')}`);
  return level;
}
