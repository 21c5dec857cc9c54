/** The tracker program: words in, one line when it is ready, and an end in good order. */
import { homedir } from 'node:os';
import { placeOf, readVersion } from '@p2p/command-line';
import { formatAddress } from '@p2p/protocol';
import { parseArguments, type TrackerArguments } from './arguments.js';
import { loadConfiguration } from './configuration.js';
import { createLog } from './log.js';
import { Tracker } from './tracker.js';

const usage = 'usage: tracker <tracker_info.txt> <number> [--data-dir DIR] [--log-level LEVEL]';
const help = `${usage}

  tracker_info.txt     which trackers there are, one host:port a line
  number               which line of it this tracker is, from 1
  --data-dir DIR       this tracker's own directory (default .p2p/tracker-<number> beside tracker_info.txt)
  --log-level LEVEL    error, warn, info (the default) or debug
  --help, --version

The first start makes cluster.key beside tracker_info.txt. All trackers share it: copy it to the other machines.`;

/** Could not start. */
const EXIT_UNUSABLE = 2;

function fail(message: string): never {
  process.stderr.write(`tracker: ${message}\n`);
  process.exit(EXIT_UNUSABLE);
}

async function run(words: TrackerArguments): Promise<void> {
  const log = createLog(words.logLevel, (line) => process.stdout.write(line));
  const loaded = await loadConfiguration(words);
  if (!loaded.ok) fail(loaded.message);
  const { configuration } = loaded;
  const { cluster, keyCreated, keyPath, own } = configuration;
  if (keyCreated) log.info(`made a new cluster key: ${keyPath}`);
  log.info(`cluster fingerprint=sha256:${cluster}`);
  const started = await Tracker.start(configuration, log);
  if (!started.ok) fail(started.message);
  log.info(`tracker ${own.number} listening on ${formatAddress(started.tracker.address)}`);
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await started.tracker.stop();
    await configuration.release();
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
}

const place = placeOf(process.env, process.cwd(), homedir());
const words = parseArguments(process.argv.slice(2), place);
switch (words.kind) {
  case 'help':
    process.stdout.write(`${help}\n`);
    break;
  case 'version':
    process.stdout.write(`${readVersion(import.meta.url)}\n`);
    break;
  case 'error':
    fail(`${words.message}\n${usage}`);
    break;
  case 'run':
    await run(words.arguments);
}
