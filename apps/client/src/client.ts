/** A client with a shell: arguments to options, options to an open peer, a shell around it, and a clean way out. */
import { homedir } from 'node:os';
import { loadTrackerInfo, type Place, placeOf, printable, printableLines, readVersion } from '@p2p/command-line';
import { openPeer, type Peer } from '@p2p/peer';
import { type ClientArguments, parseArguments } from './arguments.js';
import { interrupted, orInterrupted } from './interruption.js';
import { JsonOutput } from './json-output.js';
import { CLOSE_TIMEOUT_MS } from './limits.js';
import { openFirstFree } from './opening.js';
import { isRemembered, runPrompt, tellPerson } from './prompt.js';
import { type ExitCode, runScript } from './script.js';
import { Session } from './session.js';
import { Terminal } from './terminal.js';
import { TextOutput } from './text-output.js';
import { helpText } from './usage.js';

const COULD_NOT_START = 2;
const { stdin, stdout, stderr } = process;
const nowMs = () => performance.now();

async function main(stopping: AbortController): Promise<ExitCode | typeof COULD_NOT_START> {
  const place = placeOf(process.env, process.cwd(), homedir());
  const parsed = parseArguments(process.argv.slice(2), place);
  switch (parsed.kind) {
    case 'help':
      stdout.write(`${helpText}\n`);
      return 0;
    case 'version':
      stdout.write(`${readVersion(import.meta.url)}\n`);
      return 0;
    case 'error':
      return refuseToStart(parsed.message);
    case 'run':
      return await run(parsed.arguments, place, stopping);
  }
}

function refuseToStart(message: string): typeof COULD_NOT_START {
  stderr.write(`client: ${printable(message)}\n`);
  return COULD_NOT_START;
}

async function run(given: ClientArguments, place: Place, stopping: AbortController) {
  const info = await loadTrackerInfo(given.trackerInfo, place.directory);
  if (!info.ok) return refuseToStart(info.message);
  // A prompt is drawn on the terminal that it is typed in; with either end elsewhere it is a script.
  const interactive = stdin.isTTY && stdout.isTTY && !given.json;
  const opened = await orInterrupted(openFirstFree(openPeer, given, { ...info, interactive }), stopping.signal);
  if (opened === interrupted) return 0;
  if (!opened.ok) return refuseToStart(opened.message);

  const session = new Session(opened.peer, place, (error) => {
    stderr.write(`${printableLines(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`);
  });
  const exitCode = interactive
    ? await withPrompt(session, stopping)
    : await withScript(session, given, stopping.signal);
  await closeInTime(opened.peer);
  return exitCode;
}

async function withPrompt(session: Session, stopping: AbortController): Promise<ExitCode> {
  const terminal = new Terminal({
    input: stdin,
    output: stdout,
    canMoveCursor: process.env.TERM !== 'dumb',
    isRemembered,
    interrupt: () => stopping.abort(),
  });
  const unsubscribe = session.peer.onEvent(tellPerson(terminal, session.peer, nowMs));
  await runPrompt({ terminal, session, colours: stdout.hasColors(), stop: stopping.signal });
  unsubscribe();
  terminal.close();
  return 0;
}

async function withScript(session: Session, given: ClientArguments, stop: AbortSignal): Promise<ExitCode> {
  const output = given.json ? new JsonOutput(stdout, stderr, nowMs) : new TextOutput(stdout, stderr, nowMs);
  const unsubscribe = session.peer.onEvent((event) => output.event(event));
  const exitCode = await runScript({ input: stdin, output, session, stay: given.stay, stop });
  unsubscribe();
  return exitCode;
}

async function closeInTime(peer: Peer): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
  });
  await Promise.race([peer.close(), timeout]);
  clearTimeout(timer);
}

/** What has been written is out, or nobody takes it any more. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

// Whoever read our output may be gone; that ends no download.
for (const stream of [stdout, stderr]) stream.on('error', () => undefined);

const stopping = new AbortController();
// A signal may come twice (from the terminal and from pnpm): the second changes nothing.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());

const exitCode = await main(stopping);
await Promise.all([flushed(stdout), flushed(stderr)]);
// Standard input may stay open, and its reader would keep the process.
process.exit(exitCode);
