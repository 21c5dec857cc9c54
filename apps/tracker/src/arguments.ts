/** The words that a tracker was started with, as a command or as what is wrong with them. Reads no file. */
import { absolutePath, BadArgument, type ParsedArguments, type Place, parsedBy, splitOptions } from '@p2p/command-line';
import { type UserName, userName } from '@p2p/protocol';
import { type LogLevel, logLevels } from './log.js';
import { usageLines } from './usage.js';

export interface TrackerArguments {
  /** Absolute path. */
  readonly trackerInfo: string;
  /** Which line of the file this tracker is, from 1. */
  readonly number: number;
  /** Absolute path; undefined: beside tracker_info.txt. */
  readonly dataDirectory: string | undefined;
  readonly logLevel: LogLevel;
}

/** Which tracker of this machine a subcommand means; what is undefined is to be found. */
export interface OwnTrackerArguments {
  /** Absolute path. */
  readonly trackerInfo: string | undefined;
  readonly tracker: number | undefined;
  /** Absolute path. */
  readonly dataDirectory: string | undefined;
}

export interface RetireArguments extends OwnTrackerArguments {
  /** The tracker that is given up. */
  readonly slot: number;
}

export interface ResetPasswordArguments extends OwnTrackerArguments {
  readonly user: UserName;
}

export interface AuditArguments {
  /** Absolute path. */
  readonly directory: string;
  readonly json: boolean;
}

export type TrackerCommand =
  | ({ readonly command: 'serve' } & TrackerArguments)
  | ({ readonly command: 'retire' } & RetireArguments)
  | ({ readonly command: 'fingerprint' } & OwnTrackerArguments)
  | ({ readonly command: 'rotate-key' } & OwnTrackerArguments)
  | ({ readonly command: 'reset-password' } & ResetPasswordArguments)
  | ({ readonly command: 'audit' } & AuditArguments);

type CommandName = TrackerCommand['command'];

const options = {
  'data-dir': { type: 'string' },
  'log-level': { type: 'string' },
  metrics: { type: 'string' },
  tracker: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

type Option = keyof typeof options;
type Split = ReturnType<typeof splitOptions<typeof options>>;

interface Reader {
  readonly options: readonly Option[];
  read(words: readonly string[], values: Split['values'], place: Place): TrackerCommand;
}

/** Reads the words after the program's name. */
export function parseArguments(argv: readonly string[], place: Place): ParsedArguments<TrackerCommand> {
  return parsedBy(() => readArguments(argv, place));
}

function readArguments(argv: readonly string[], place: Place): ParsedArguments<TrackerCommand> {
  const { values, positionals } = splitOptions(argv, options, usageLines.serve);
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  const [first] = positionals;
  const subcommand = first !== undefined && !/[:./]/.test(first) ? subcommandNamed(first) : undefined;
  const name = subcommand ?? 'serve';
  const reader = readers[name];
  const alien = Object.keys(values).find((option) => !reader.options.includes(option as Option));
  if (alien !== undefined) throw new BadArgument(`--${alien} means nothing here – ${usageLines[name]}`);
  const words = subcommand === undefined ? positionals : positionals.slice(1);
  return { kind: 'run', arguments: reader.read(words, values, place) };
}

function subcommandNamed(word: string): CommandName {
  const name = subcommands.find((known) => known === word);
  if (name !== undefined) return name;
  throw new BadArgument(`there is no subcommand "${word}"`);
}

const subcommands = ['retire', 'fingerprint', 'rotate-key', 'reset-password', 'audit'] as const;

const readers: Readonly<Record<CommandName, Reader>> = {
  serve: { options: ['data-dir', 'log-level', 'metrics'], read: readServe },
  retire: { options: ['tracker', 'data-dir'], read: readRetire },
  fingerprint: { options: ['tracker', 'data-dir'], read: readOwnCommand('fingerprint') },
  'rotate-key': { options: ['tracker', 'data-dir'], read: readOwnCommand('rotate-key') },
  'reset-password': { options: ['tracker', 'data-dir'], read: readResetPassword },
  audit: { options: ['json'], read: readAudit },
};

function readServe(words: readonly string[], values: Split['values'], place: Place): TrackerCommand {
  if (values.metrics !== undefined) throw new BadArgument('--metrics is not available in this version');
  const [trackerInfo, number, extra] = words;
  if (trackerInfo === undefined)
    throw new BadArgument(`which tracker_info.txt, and which of its trackers is this? – ${usageLines.serve}`);
  if (number === undefined)
    throw new BadArgument(`which line of tracker_info.txt is this tracker? give its number – ${usageLines.serve}`);
  refuseExtra(extra);
  return {
    command: 'serve',
    trackerInfo: absolutePath(place, trackerInfo),
    number: trackerNumber(number),
    dataDirectory: dataDirectory(values['data-dir'], place),
    logLevel: logLevel(values['log-level']),
  };
}

function readRetire(words: readonly string[], values: Split['values'], place: Place): TrackerCommand {
  const [slot, trackerInfo, extra] = words;
  if (slot === undefined) throw new BadArgument(`which tracker is given up? give its number – ${usageLines.retire}`);
  refuseExtra(extra);
  return { command: 'retire', slot: trackerNumber(slot), ...readOwnTracker(trackerInfo, values, place) };
}

function readResetPassword(words: readonly string[], values: Split['values'], place: Place): TrackerCommand {
  const [name, trackerInfo, extra] = words;
  if (name === undefined) throw new BadArgument(`whose password? – ${usageLines['reset-password']}`);
  const user = userName.safeParse(name);
  if (!user.success) throw new BadArgument(user.error.issues[0]?.message ?? 'that is no name of a user');
  refuseExtra(extra);
  return { command: 'reset-password', user: user.data, ...readOwnTracker(trackerInfo, values, place) };
}

function readOwnCommand(command: 'fingerprint' | 'rotate-key'): Reader['read'] {
  return ([trackerInfo, extra], values, place) => {
    refuseExtra(extra);
    return { command, ...readOwnTracker(trackerInfo, values, place) };
  };
}

function readOwnTracker(trackerInfo: string | undefined, values: Split['values'], place: Place): OwnTrackerArguments {
  return {
    trackerInfo: trackerInfo === undefined ? undefined : absolutePath(place, trackerInfo),
    tracker: values.tracker === undefined ? undefined : trackerNumber(values.tracker),
    dataDirectory: dataDirectory(values['data-dir'], place),
  };
}

function readAudit(words: readonly string[], values: Split['values'], place: Place): TrackerCommand {
  const [directory, extra] = words;
  if (directory === undefined || directory === '') throw new BadArgument(`which data directory? – ${usageLines.audit}`);
  refuseExtra(extra);
  return { command: 'audit', directory: absolutePath(place, directory), json: values.json === true };
}

function refuseExtra(extra: string | undefined): void {
  if (extra !== undefined) throw new BadArgument(`"${extra}" is one argument too many`);
}

function dataDirectory(word: string | undefined, place: Place): string | undefined {
  if (word === '') throw new BadArgument('--data-dir: the path is empty');
  return word === undefined ? undefined : absolutePath(place, word);
}

function trackerNumber(word: string): number {
  if (!/^[1-9][0-9]{0,2}$/.test(word)) throw new BadArgument(`"${word}" is not the number of a tracker`);
  return Number(word);
}

function logLevel(word: string | undefined): LogLevel {
  const level = logLevels.find((known) => known === (word ?? 'info'));
  if (level === undefined) throw new BadArgument(`--log-level is one of ${logLevels.join(', ')}`);
  return level;
}
