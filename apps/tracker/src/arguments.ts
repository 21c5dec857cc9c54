/** The words that a tracker was started with, as options or as what is wrong with them. Reads no file. */
import { absolutePath, BadArgument, type Place, splitOptions } from '@p2p/command-line';
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

export type ParsedArguments =
  | { readonly kind: 'run'; readonly arguments: TrackerArguments }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** `message` is one line. */
  | { readonly kind: 'error'; readonly message: string };

const options = {
  'data-dir': { type: 'string' },
  'log-level': { type: 'string' },
  metrics: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** Reads the words after the program's name. */
export function parseArguments(argv: readonly string[], place: Place): ParsedArguments {
  try {
    return parseOrThrow(argv, place);
  } catch (error) {
    if (error instanceof BadArgument) return { kind: 'error', message: error.message };
    throw error;
  }
}

function parseOrThrow(argv: readonly string[], place: Place): ParsedArguments {
  const { values, positionals } = readOptions(argv);
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

/** Who mistypes an option is shown which there are. */
function readOptions(argv: readonly string[]) {
  try {
    return splitOptions(argv, options);
  } catch (error) {
    if (error instanceof BadArgument) throw new BadArgument(`${error.message} – ${usageLine}`);
    throw error;
  }
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
