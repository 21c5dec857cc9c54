/** The words that a client was started with, as options or as what is wrong with them. Reads no file. */
import { absolutePath, BadArgument, type ParsedArguments, type Place, parsedBy, splitOptions } from '@p2p/command-line';
import { type Address, parseAddress } from '@p2p/protocol';
import { MAX_WAIT_SECONDS } from './limits.js';
import { parseByteCount, parseSeconds } from './numbers.js';
import { usageLine } from './usage.js';

export interface ClientArguments {
  /** This client's own address, or that of a tracker. */
  readonly address: Address | undefined;
  /** Absolute path; undefined: to be found. */
  readonly trackerInfo: string | undefined;
  /** Absolute path; undefined: the first free one beside tracker_info.txt. */
  readonly dataDirectory: string | undefined;
  readonly bind: Address | undefined;
  readonly json: boolean;
  readonly stay: boolean;
  /** Bytes per second, 0 for no limit. */
  readonly uploadLimit: number;
  readonly downloadLimit: number;
  /** 0: never; undefined: as fits a script or a person. */
  readonly giveUpSeconds: number | undefined;
}

const options = {
  'data-dir': { type: 'string' },
  json: { type: 'boolean' },
  stay: { type: 'boolean' },
  bind: { type: 'string' },
  web: { type: 'string' },
  'no-web': { type: 'boolean' },
  'upload-limit': { type: 'string' },
  'download-limit': { type: 'string' },
  'give-up': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** Reads the words after the program's name. */
export function parseArguments(argv: readonly string[], place: Place): ParsedArguments<ClientArguments> {
  return parsedBy(() => readArguments(argv, place));
}

function readArguments(argv: readonly string[], place: Place): ParsedArguments<ClientArguments> {
  const { values, positionals } = splitOptions(argv, options, usageLine);
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  if (values.web !== undefined) throw new BadArgument('--web is not available in this version');
  const path = (typed: string | undefined) => (typed === undefined ? undefined : absolutePath(place, typed));
  const { address, trackerInfo } = readPositionals(positionals);
  return {
    kind: 'run',
    arguments: {
      address,
      trackerInfo: path(trackerInfo),
      dataDirectory: path(values['data-dir'] === '' ? fail('--data-dir: the path is empty') : values['data-dir']),
      bind: values.bind === undefined ? undefined : addressOf('--bind', values.bind),
      json: values.json === true,
      stay: values.stay === true,
      uploadLimit: byteCount('--upload-limit', values['upload-limit']),
      downloadLimit: byteCount('--download-limit', values['download-limit']),
      giveUpSeconds: seconds('--give-up', values['give-up']),
    },
  };
}

function fail(message: string): never {
  throw new BadArgument(message);
}

interface Positionals {
  address: Address | undefined;
  trackerInfo: string | undefined;
}

/** An address and a file, told apart by their shape, in either order. */
function readPositionals(words: readonly string[]): Positionals {
  const [first] = words;
  if (first !== undefined && !/[:./]/.test(first)) fail(`there is no subcommand "${first}"`);
  const read: Positionals = { address: undefined, trackerInfo: undefined };
  for (const word of words) {
    if (looksLikeAddress(word)) {
      if (read.address !== undefined) fail(`"${word}" is one address too many`);
      read.address = addressOf('IP:PORT', word);
    } else {
      if (read.trackerInfo !== undefined) fail(`"${word}" is one argument too many`);
      read.trackerInfo = word;
    }
  }
  return read;
}

/** Something in front of a last colon and a port-like word behind it, and no folder: `./odd:1` is a file. */
function looksLikeAddress(word: string): boolean {
  return /^[^/\\]*:[0-9]*$/.test(word);
}

function addressOf(subject: string, word: string): Address {
  const parsed = parseAddress(word, { anyPort: true });
  return parsed.ok ? parsed.address : fail(`${subject}: ${parsed.message}`);
}

function byteCount(option: string, word: string | undefined): number {
  if (word === undefined) return 0;
  return parseByteCount(word) ?? fail(`${option}: "${word}" is not a number of bytes`);
}

function seconds(option: string, word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const parsed = parseSeconds(word) ?? fail(`${option}: "${word}" is not a number of seconds`);
  return Math.min(parsed, MAX_WAIT_SECONDS);
}
