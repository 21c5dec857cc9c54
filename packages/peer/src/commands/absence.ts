/** Which refusal is due where this client has nothing of a file: only a tracker knows what else is not there. */
import type { Refusal } from '@p2p/protocol';
import type { SwarmSubscriptions } from '../tracker-session/swarm-subscriptions.js';

/** That there is no such group, or file in it, or that it is not for this user; where all of that is well, `last`. */
export async function whyAbsent(
  swarms: Pick<SwarmSubscriptions, 'open' | 'leave'>,
  [group, file]: readonly [group: string, file: string],
  last: Refusal,
): Promise<Refusal> {
  const opened = await swarms.open(group, file);
  if (!opened.ok) return opened;
  swarms.leave(opened.swarm.file);
  return last;
}
