/** `tracker retire N`: asks the tracker of this machine to give up another one, or writes it down where that is stopped. */
import type { Place } from '@p2p/command-line';
import { formatAddress, type OperatorReply, PROTOCOL_VERSION } from '@p2p/protocol';
import { lockDirectory } from '@p2p/transport';
import type { RetireArguments } from '../arguments.js';
import { answers, askTracker } from './ask-tracker.js';
import { findOwnTracker, isDirectory, type OwnTracker } from './own-tracker.js';
import { retireInDirectory } from './retire-in-directory.js';
import { done, refused, type SubcommandEnd, unusable } from './subcommand-end.js';

export async function retire(words: RetireArguments, place: Place): Promise<SubcommandEnd> {
  const { slot } = words;
  const found = await findOwnTracker(words, place, slot);
  if (!found.ok) return unusable(found.message);
  const asked = await askTracker(found, found.own, { type: 'retire', protocol: PROTOCOL_VERSION, slot });
  if (asked.kind === 'replied') return endOf(asked.reply, slot);
  if (asked.kind === 'failed') return unusable(asked.message);
  return retireWhileStopped(found, slot);
}

/** Nobody answers at the tracker's address: its directory is opened in its place. */
async function retireWhileStopped(found: OwnTracker, slot: number): Promise<SubcommandEnd> {
  const { own, trackers, directory } = found;
  const who = `tracker ${own.number} does not answer at ${formatAddress(own)}`;
  if (!(await isDirectory(directory))) return unusable(`${who}, and its data directory ${directory} is not there`);
  const lock = await lockDirectory(directory);
  if (!lock.ok) return unusable(`${who}, but holds its data directory: ${lock.message}`);
  try {
    const given = trackers.find(({ number }) => number === slot);
    // A stopped tracker can't know who is linked; one that runs is certainly not given up.
    if (given !== undefined && given !== own && (await answers(found, given)))
      return refused(`tracker ${slot} is running; stop it first`);
    const written = await retireInDirectory(found, slot);
    return written.ok ? endOf(written.reply, slot) : unusable(written.message);
  } finally {
    await lock.release();
  }
}

function endOf(reply: OperatorReply, slot: number): SubcommandEnd {
  if (reply.type === 'refused') return refused(reply.detail);
  if (reply.type !== 'retired') return unusable(`the tracker answers with ${reply.type}`);
  const note = reply.replicated ? '' : ' (a tracker is away and hears of it when it is back)';
  return done(`tracker ${slot} is retired: nobody waits for it any more${note}`);
}
