/** `tracker rotate-key`: tells a running tracker to replace the cluster's key, or does so in its file where it is stopped. */
import type { Place } from '@p2p/command-line';
import { formatAddress, type OperatorReply, PROTOCOL_VERSION } from '@p2p/protocol';
import { lockDirectory } from '@p2p/transport';
import type { OwnTrackerArguments } from '../arguments.js';
import { askTracker } from './ask-tracker.js';
import { fingerprintWord } from './fingerprint.js';
import { findOwnTracker, isDirectory, type OwnTracker } from './own-tracker.js';
import { done, refused, type SubcommandEnd, unusable } from './subcommand-end.js';

export async function rotateKey(words: OwnTrackerArguments, place: Place): Promise<SubcommandEnd> {
  const found = await findOwnTracker(words, place);
  if (!found.ok) return unusable(found.message);
  const asked = await askTracker(found, found.own, { type: 'rotate_key', protocol: PROTOCOL_VERSION });
  if (asked.kind === 'replied') return endOf(asked.reply);
  if (asked.kind === 'failed') return unusable(asked.message);
  return rotateWhileStopped(found);
}

/** Nobody answers at the tracker's address: it shows the new key from its next start on. */
async function rotateWhileStopped({ own, directory, keys }: OwnTracker): Promise<SubcommandEnd> {
  const who = `tracker ${own.number} does not answer at ${formatAddress(own)}`;
  const lock = (await isDirectory(directory)) ? await lockDirectory(directory) : undefined;
  if (lock?.ok === false) return unusable(`${who}, but holds its data directory: ${lock.message}`);
  try {
    const rotated = await keys.rotate();
    if (!rotated.ok) return refused(rotated.message);
    return said(keys.current.id, [
      `tracker ${own.number} is stopped: it hands the key to the others when it runs again`,
    ]);
  } finally {
    await lock?.release();
  }
}

function endOf(reply: OperatorReply): SubcommandEnd {
  if (reply.type === 'refused') return refused(reply.detail);
  if (reply.type !== 'rotated') return unusable(`the tracker answers with ${reply.type}`);
  return said(
    reply.fingerprint,
    reply.away.map((slot) => `tracker ${slot} is away, and gets the key when it is back`),
  );
}

function said(key: string, notes: readonly string[]): SubcommandEnd {
  const advice = 'write it into tracker_info.txt, in the place of the old one, which is good for 90 days more';
  return done(fingerprintWord(key), [advice, ...notes]);
}
