/** The tracker program: words in, one line when it is ready, and an end in good order; or one of its subcommands. */
import { homedir } from 'node:os';
import { placeOf, printable, readVersion } from '@p2p/command-line';
import { formatAddress } from '@p2p/protocol';
import { parseArguments, type TrackerArguments, type TrackerCommand } from './arguments.js';
import { loadConfiguration } from './configuration.js';
import { createLog } from './log.js';
import { audit } from './operator/audit.js';
import { fingerprint } from './operator/fingerprint.js';
import { resetPassword } from './operator/reset-password.js';
import { retire } from './operator/retire.js';
import { rotateKey } from './operator/rotate-key.js';
import type { SubcommandEnd } from './operator/subcommand-end.js';
import { Tracker } from './tracker.js';
import { helpText } from './usage.js';

/** Had to give up what it was doing. */
const EXIT_FAILED = 1;
/** Could not start. */
const EXIT_UNUSABLE = 2;

function fail(message: string): never {
  process.stderr.write(`tracker: ${printable(message)}\n`);
  process.exit(EXIT_UNUSABLE);
}

/**
 * The disk has let us down: nothing can be promised any more, and clients had better go on with another tracker. The
 * connections end with the process.
 */
function failWhileRunning(message: string): never {
  process.stderr.write(`tracker: ${printable(message)}\n`);
  process.exit(EXIT_FAILED);
}

/** Starts the tracker; resolves, when it is ready, with what stops it. */
async function start(words: TrackerArguments): Promise<() => Promise<void>> {
  const log = createLog(words.logLevel, (line) => process.stdout.write(line));
  const loaded = await loadConfiguration(words);
  if (!loaded.ok) fail(loaded.message);
  const { configuration } = loaded;
  const { keys, keyCreated, fingerprint, own, directory, narrowedFiles } = configuration;
  if (keyCreated) log.info(`made a new cluster key: ${keys.path}`);
  log.info(`cluster fingerprint=sha256:${keys.current.id}`);
  if (fingerprint !== undefined && fingerprint !== keys.current.id)
    log.info('tracker_info.txt names a former key of this cluster – write the fingerprint above in its place');
  if (narrowedFiles > 0)
    log.warn(`others could read what lies in ${directory}, hashes of passwords among it; they can't any more`);
  const started = await Tracker.start(configuration, log, failWhileRunning);
  if (!started.ok) fail(started.message);
  const { tracker } = started;
  // Whoever starts trackers waits for this line, at any log level.
  process.stdout.write(`tracker ${own.number} listening on ${formatAddress(tracker.address)}\n`);
  return async () => {
    await tracker.stop();
    await configuration.release();
  };
}

/** A signal may come while the tracker starts, and it may come twice (from the terminal and from pnpm). */
function stopOnSignal(starting: Promise<() => Promise<void>>): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    const stopTracker = await starting;
    await stopTracker();
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
}

/** Resolves when the text has been taken, or nobody reads it any more. */
function print(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}

/** What a subcommand has come to: to standard output where it has been done, else to standard error. */
function say({ exitCode, line, notes = [], remarks = [] }: SubcommandEnd): void {
  if (exitCode !== 0) process.stderr.write(`tracker: ${printable(line)}\n`);
  else if (line !== '') process.stdout.write([line, ...notes].map((text) => `${printable(text)}\n`).join(''));
  for (const remark of remarks) process.stderr.write(`${printable(remark)}\n`);
  process.exitCode = exitCode;
}

async function run(words: TrackerCommand): Promise<void> {
  switch (words.command) {
    case 'retire':
      return say(await retire(words, place));
    case 'fingerprint':
      return say(await fingerprint(words, place));
    case 'rotate-key':
      return say(await rotateKey(words, place));
    case 'reset-password':
      return say(await resetPassword(words, place));
    case 'audit':
      return say(await audit(words, print));
    case 'serve': {
      const starting = start(words);
      stopOnSignal(starting);
      await starting;
    }
  }
}

// Whoever read our output may be gone; that ends no tracker.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const place = placeOf(process.env, process.cwd(), homedir());
const words = parseArguments(process.argv.slice(2), place);
switch (words.kind) {
  case 'help':
    process.stdout.write(`${helpText}\n`);
    break;
  case 'version':
    process.stdout.write(`${readVersion(import.meta.url)}\n`);
    break;
  case 'error':
    fail(words.message);
    break;
  case 'run':
    await run(words.arguments);
}
