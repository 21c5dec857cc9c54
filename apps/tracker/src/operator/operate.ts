/** Has a command carried out by the tracker of this machine: asks it where it runs, or writes into its directory where it is stopped. */
import { formatAddress, PROTOCOL_VERSION } from '@p2p/protocol';
import type { OperatorCommand } from '@p2p/state';
import { lockDirectory } from '@p2p/transport';
import { askTracker } from './ask-tracker.js';
import { operateInDirectory } from './operate-in-directory.js';
import { isDirectory, type OwnTracker } from './own-tracker.js';
import { refused, type SubcommandEnd, unusable } from './subcommand-end.js';

export type Operated =
  /** `isStopped`: it stands in the directory of a tracker that tells the others when it runs again. */
  | { readonly ok: true; readonly replicated: boolean; readonly isStopped: boolean }
  | { readonly ok: false; readonly end: SubcommandEnd };

const failed = (end: SubcommandEnd): Operated => ({ ok: false, end });

/** `objection`: why it may not be written into a directory, as far as the state in there can't tell; a sentence. */
export async function operate(
  found: OwnTracker,
  command: OperatorCommand,
  objection: () => Promise<string | undefined> = async () => undefined,
): Promise<Operated> {
  const asked = await askTracker(found, found.own, { ...command, protocol: PROTOCOL_VERSION });
  if (asked.kind === 'failed') return failed(unusable(asked.message));
  if (asked.kind === 'away') return operateWhileStopped(found, command, objection);
  const { reply } = asked;
  if (reply.type === 'done') return { ok: true, replicated: reply.replicated, isStopped: false };
  if (reply.type === 'refused') return failed(refused(reply.detail));
  return failed(unusable(`the tracker answers with ${reply.type}`));
}

/** Nobody answers at the tracker's address: its directory is opened in its place. */
async function operateWhileStopped(
  found: OwnTracker,
  command: OperatorCommand,
  objection: () => Promise<string | undefined>,
): Promise<Operated> {
  const { own, directory } = found;
  const who = `tracker ${own.number} does not answer at ${formatAddress(own)}`;
  if (!(await isDirectory(directory)))
    return failed(unusable(`${who}, and its data directory ${directory} is not there`));
  const lock = await lockDirectory(directory);
  if (!lock.ok) return failed(unusable(`${who}, but holds its data directory: ${lock.message}`));
  try {
    const objected = await objection();
    if (objected !== undefined) return failed(refused(objected));
    const written = await operateInDirectory(found, command);
    if (!written.ok) return failed(unusable(written.message));
    const { answer } = written;
    return answer.ok ? { ok: true, replicated: answer.replicated, isStopped: true } : failed(refused(answer.message));
  } finally {
    await lock.release();
  }
}
