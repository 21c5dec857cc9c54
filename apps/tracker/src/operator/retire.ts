/** `tracker retire N`: nobody waits any more for a tracker that never comes back. */
import type { Place } from '@p2p/command-line';
import type { RetireArguments } from '../arguments.js';
import { answers } from './ask-tracker.js';
import { operate } from './operate.js';
import { findOwnTracker, type OwnTracker } from './own-tracker.js';
import { done, type SubcommandEnd, unusable } from './subcommand-end.js';

export async function retire(words: RetireArguments, place: Place): Promise<SubcommandEnd> {
  const { slot } = words;
  const found = await findOwnTracker(words, place, slot);
  if (!found.ok) return unusable(found.message);
  const operated = await operate(found, { type: 'retire', slot }, () => runningFault(found, slot));
  if (!operated.ok) return operated.end;
  const note = operated.replicated ? '' : ' (a tracker is away and hears of it when it is back)';
  return done(`tracker ${slot} is retired: nobody waits for it any more${note}`);
}

/** A stopped tracker can't know who is linked; one that runs is certainly not given up. */
async function runningFault(found: OwnTracker, slot: number): Promise<string | undefined> {
  const given = found.trackers.find(({ number }) => number === slot);
  if (given === undefined || given === found.own || !(await answers(found, given))) return undefined;
  return `tracker ${slot} is running; stop it first`;
}
