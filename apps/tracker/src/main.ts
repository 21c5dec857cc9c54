/** The tracker program: words in, one line when it is ready, and an end in good order. */
import { homedir } from 'node:os';
import { placeOf, readVersion } from '@p2p/command-line';
import { formatAddress } from '@p2p/protocol';
import { parseArguments, type TrackerArguments } from './arguments.js';
import { loadConfiguration } from './configuration.js';
import { createLog } from './log.js';
import { Tracker } from './tracker.js';
import { helpText } from './usage.js';

/** Could not start. */
const EXIT_UNUSABLE = 2;

function fail(message: string): never {
  process.stderr.write(`tracker: ${message}\n`);
  process.exit(EXIT_UNUSABLE);
}

/** Starts the tracker; resolves, when it is ready, with what stops it. */
async function start(words: TrackerArguments): Promise<() => Promise<void>> {
  const log = createLog(words.logLevel, (line) => process.stdout.write(line));
  const loaded = await loadConfiguration(words);
  if (!loaded.ok) fail(loaded.message);
  const { configuration } = loaded;
  const { cluster, keyCreated, keyPath, own } = configuration;
  if (keyCreated) log.info(`made a new cluster key: ${keyPath}`);
  log.info(`cluster fingerprint=sha256:${cluster}`);
  const started = await Tracker.start(configuration, log);
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
  case 'run': {
    const starting = start(words.arguments);
    stopOnSignal(starting);
    await starting;
  }
}
