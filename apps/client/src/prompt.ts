/**
 * The shell for a person: asks for commands and for the passwords that were left out of them, prints answers, and tells
 * what happens meanwhile without disturbing what is being typed.
 */
import { styleText } from 'node:util';
import { printable } from '@p2p/command-line';
import type { Peer, PeerEvent } from '@p2p/peer';
import { formatAddress, refusal } from '@p2p/protocol';
import type { Outcome } from './commands/command.js';
import { commands } from './commands/index.js';
import { DownloadChanges } from './download-changes.js';
import { interrupted, orInterrupted } from './interruption.js';
import { MAX_LINE_BYTES } from './limits.js';
import { noticeOf } from './notices.js';
import { downloadProgress, hashingProgress } from './progress.js';
import { cutCommand, type Session } from './session.js';
import type { Terminal } from './terminal.js';
import { isSkippedLine } from './words.js';

interface PromptOptions {
  readonly terminal: Terminal;
  readonly session: Session;
  readonly colours: boolean;
  readonly stop: AbortSignal;
}

/** Whether a line may come back by the arrow keys: not if it holds a password, or something mistyped that may. */
export function isRemembered(line: string): boolean {
  const cut = cutCommand(line);
  if (!cut.ok) return false;
  const command = commands.get(cut.name);
  return command !== undefined && !command.holdsSecret(cut.words);
}

/** Runs what is typed until the person leaves. */
export async function runPrompt(options: PromptOptions): Promise<void> {
  const { terminal, session, stop } = options;
  terminal.print(
    `Other peers reach this client at ${formatAddress(session.peer.address)}. For a list of commands: help`,
  );
  while (!session.isLeaving) {
    const line = await orInterrupted(terminal.readCommand(), stop);
    if (line === interrupted || line === undefined) return;
    if (isSkippedLine(line)) continue;
    const outcome = await orInterrupted(runTyped(line, options), stop);
    if (outcome === interrupted) return;
    if (outcome !== undefined) printOutcome(outcome, options);
  }
}

/** The answer; undefined where the person closed the terminal instead of giving a password. */
async function runTyped(line: string, { terminal, session }: PromptOptions): Promise<Outcome | undefined> {
  if (Buffer.byteLength(line) > MAX_LINE_BYTES) {
    return refusal('bad_request', `a line has at most ${MAX_LINE_BYTES} bytes`);
  }
  const cut = cutCommand(line);
  if (!cut.ok) return cut.refusal;
  const words = [...cut.words];
  for (const secret of commands.get(cut.name)?.missingSecrets(words) ?? []) {
    const typed = await terminal.askHidden(secret === 'password' ? secret : `${secret} password`);
    if (typed === undefined) return undefined;
    words.push(typed);
  }
  return await session.run(cut.name, words);
}

function printOutcome(outcome: Outcome, { terminal, colours }: PromptOptions): void {
  if (outcome.ok) {
    const text = outcome.text();
    if (text !== '') terminal.print(text);
    return;
  }
  const message = printable(outcome.message);
  terminal.print(colours ? styleText('red', message) : message);
}

/** A listener that turns events into notices and progress. */
export function tellPerson(terminal: Terminal, peer: Peer, nowMs: () => number): (event: PeerEvent) => void {
  const changes = new DownloadChanges(nowMs);
  return (event) => {
    if (event.event === 'hashing') {
      terminal.showProgress(hashingProgress(event));
      return;
    }
    const judgement = event.event === 'download' ? changes.judge(event) : 'change';
    if (judgement === 'nothing') return;
    const notice = judgement === 'change' ? noticeOf(event) : undefined;
    if (notice !== undefined) terminal.print(notice);
    if (event.event === 'download') {
      const downloads = peer.showDownloads();
      terminal.showProgress(downloads.ok ? downloadProgress(downloads.result.downloads) : undefined);
    }
  };
}
