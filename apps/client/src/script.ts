/**
 * Runs the commands of a stream, one a line, each when the one before has been answered. At the end of the input the
 * downloads are waited for; with `stay` the client then shares on until it is stopped.
 */
import { type Refusal, refusal } from '@p2p/protocol';
import { interrupted, orInterrupted, untilInterrupted } from './interruption.js';
import { type Line, readLines } from './lines.js';
import type { Output } from './output.js';
import { cutCommand, type Session } from './session.js';
import { isSkippedLine } from './words.js';

interface ScriptOptions {
  readonly input: AsyncIterable<Uint8Array>;
  readonly output: Output;
  readonly session: Session;
  readonly stay: boolean;
  readonly stop: AbortSignal;
}

/** 0: every command succeeded and every download is complete. 1: something did not. */
export type ExitCode = 0 | 1;

export async function runScript(options: ScriptOptions): Promise<ExitCode> {
  const { session, stay, stop } = options;
  const { succeeded, leaving } = await runLines(options);
  if (!leaving) {
    await orInterrupted(session.peer.wait(), stop);
    if (stay) await untilInterrupted(stop);
  }
  return succeeded && everyDownloadIsComplete(session) ? 0 : 1;
}

interface Ran {
  /** Whether every command did. */
  readonly succeeded: boolean;
  /** `quit` was said, or the process was told to stop: nothing is waited for. */
  readonly leaving: boolean;
}

async function runLines({ input, output, session, stop }: ScriptOptions): Promise<Ran> {
  let succeeded = true;
  const lines = readLines(input);
  for (;;) {
    const next = await orInterrupted(nextLine(lines), stop);
    if (next === interrupted) return { succeeded, leaving: true };
    if (next === undefined) return { succeeded, leaving: false };
    const answered = await orInterrupted(runLine(next, session, output), stop);
    // A command that was cut off has not succeeded.
    if (answered === interrupted) return { succeeded: false, leaving: true };
    succeeded &&= answered;
    if (session.isLeaving) return { succeeded, leaving: true };
  }
}

/** The next line; undefined at the end of the input. Input that can't be read is a line that can't be understood. */
async function nextLine(lines: AsyncGenerator<Line>): Promise<Line | undefined> {
  try {
    const next = await lines.next();
    return next.done === true ? undefined : next.value;
  } catch (error) {
    return { ok: false, message: `the input cannot be read: ${error instanceof Error ? error.message : error}` };
  }
}

/** Runs one line and prints its answer. True: it succeeded, or there was nothing to do. */
async function runLine(line: Line, session: Session, output: Output): Promise<boolean> {
  if (!line.ok) return refuse(output, refusal('bad_request', line.message));
  if (isSkippedLine(line.text)) return true;
  const cut = cutCommand(line.text);
  if (!cut.ok) return refuse(output, cut.refusal);
  const outcome = await session.run(cut.name, cut.words);
  output.answer(cut.name, outcome);
  return outcome.ok;
}

function refuse(output: Output, fault: Refusal): false {
  output.answer(null, fault);
  return false;
}

function everyDownloadIsComplete(session: Session): boolean {
  const answer = session.peer.showDownloads();
  // What ended, or was paused, in an earlier run is no matter of this one.
  return answer.ok && answer.result.downloads.every(({ state, earlier }) => state === 'complete' || earlier);
}
