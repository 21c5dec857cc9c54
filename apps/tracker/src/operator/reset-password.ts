/**
 * `tracker reset-password <user>`: gives a user who has forgotten the old password a new one. It is printed, and that is
 * the only place where it ever stands: the tracker gets its hash.
 */
import type { Place } from '@p2p/command-line';
import type { ResetPasswordArguments } from '../arguments.js';
import { Passwords } from '../passwords.js';
import { type Operated, operate } from './operate.js';
import { findOwnTracker, type OwnTracker } from './own-tracker.js';
import { readablePassword } from './readable-password.js';
import { done, type SubcommandEnd, unusable } from './subcommand-end.js';

export async function resetPassword(words: ResetPasswordArguments, place: Place): Promise<SubcommandEnd> {
  const { user } = words;
  const found = await findOwnTracker(words, place);
  if (!found.ok) return unusable(found.message);
  const password = readablePassword();
  const credential = await new Passwords().hash(password);
  const operated = await operate(found, { type: 'reset_password', user, credential });
  if (!operated.ok) return operated.end;
  return {
    ...done(`new password of ${user}: ${password}`),
    remarks: [
      `${user} is logged out on all devices – log in with it, then use: change_password`,
      ...awayRemarks(operated, found),
    ],
  };
}

function awayRemarks({ replicated, isStopped }: Operated & { ok: true }, { own }: OwnTracker): string[] {
  if (replicated) return [];
  const who = isStopped
    ? `tracker ${own.number} is stopped, and tells the others when it runs again`
    : 'a tracker is away, and hears of it when it is back';
  return [`${who}; until then the old password counts there`];
}
